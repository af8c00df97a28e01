-- What the sweep remembers of each secret, rotations that wait for the first use of the new token, notices of expiry, and
-- duties that one replica does at a time.

alter table publication
    -- Since when the wish has been waiting; of no meaning once it is fulfilled.
    add column waiting_since timestamptz not null default now(),
    -- When the sweep is to look at the backend's side of a wish that was fulfilled.
    add column next_check_at timestamptz not null default now(),
    -- Something in the backend has to be overruled, as seen by one look; the next one confirms it.
    add column suspected_at  timestamptz,
    -- When the sweep last overruled what was there.
    add column overruled_at  timestamptz,
    -- The name is deleted before the value is put, because what is there cannot even be read.
    add column replace_first boolean     not null default false;
create index publication_check on publication (next_check_at) where published_generation >= desired_generation;
create index publication_overruled on publication (environment)
    where suspected_at is not null or overruled_at is not null;
create index publication_by_environment on publication (environment);

-- Environments in which the sweep found more to overrule than it may.
create table sweep_stop (
    environment text        primary key,
    stopped_at  timestamptz not null
);

create table duty (
    name       text        primary key,
    owner      text        not null,
    held_until timestamptz not null
);

-- Scheduled rotations whose old token retires only after the new one was used; the row goes when that clock has started.
create table scheduled_rotation (
    token_id          text        primary key references token,
    previous_token_id text        not null unique references token,
    rotated_at        timestamptz not null,
    -- When it was reported that nobody uses the new token.
    unused_at         timestamptz
);

-- Notices that a token comes to its end, so that each is given once.
create table expiry_notice (
    token_id    text        not null references token,
    days_before integer     not null,
    noticed_at  timestamptz not null,
    primary key (token_id, days_before)
);
create index token_current_by_age on token (environment, issued_at, connection_id) where state = 'CURRENT';
create index token_current_expiring on token (expires_at) where state = 'CURRENT' and expires_at is not null;
