-- Connections, their tokens and what the secrets backend should hold.
-- Times are of the database; secrets appear only sealed or as keyed MACs.

create table keyring (
    environment text        not null,
    fingerprint bytea       not null,
    created_at  timestamptz not null default now(),
    primary key (environment)
);

create table connection (
    connection_id      text        primary key check (connection_id ~ '^c[0-9a-z]{23}$'),
    tenant             text        not null,
    system             text        not null,
    environment        text        not null,
    display_name       text,
    status             text        not null
        check (status in ('ACTIVE', 'REAUTHORIZATION_REQUIRED', 'SUSPENDED', 'DISCONNECTED')),
    status_under       text        check (status_under in ('ACTIVE', 'REAUTHORIZATION_REQUIRED')),
    status_reason      text,
    reason_under       text,
    scopes             text[]      not null,
    labels             jsonb       not null,
    allowed_cidrs      text[]      not null,
    rate_limit         bigint      check (rate_limit > 0),
    rate_limit_period  text,
    credentials        bytea,
    generation         bigint      not null,
    created_at         timestamptz not null,
    updated_at         timestamptz not null,
    -- Suspension is an overlay that remembers the status under it.
    check ((status = 'SUSPENDED') = (status_under is not null)),
    check ((rate_limit is null) = (rate_limit_period is null))
);
create index connection_newest on connection (created_at desc, connection_id desc);
create index connection_by_tenant on connection (tenant, created_at desc);
create index connection_by_label on connection using gin (labels jsonb_path_ops);

create table token (
    token_id      text        primary key check (token_id ~ '^[0-9A-Za-z]{12}$'),
    connection_id text        not null references connection,
    environment   text        not null,
    mac           bytea       not null,
    generation    bigint      not null,
    state         text        not null check (state in ('CURRENT', 'RETIRING', 'EXPIRED', 'REVOKED')),
    end_cause     text        check (end_cause in ('REVOKED', 'ROTATED', 'EXPIRED')),
    issued_at     timestamptz not null,
    expires_at    timestamptz,
    overlap_ms    bigint      check (overlap_ms > 0),
    retires_at    timestamptz,
    revoked_at    timestamptz,
    revoke_reason text,
    check ((state in ('CURRENT', 'RETIRING')) = (end_cause is null)),
    check ((state = 'REVOKED') = (revoked_at is not null))
);
create unique index token_one_current  on token (connection_id) where state = 'CURRENT';
create unique index token_one_retiring on token (connection_id) where state = 'RETIRING';
create index token_of_connection on token (connection_id, issued_at desc);
create index token_newest on token (issued_at desc, token_id desc);

-- Written in batches off the request path; a row of its own, so that a use never looks like a change of the token.
create table token_usage (
    token_id      text        primary key references token,
    first_used_at timestamptz not null,
    last_used_at  timestamptz not null
) with (fillfactor = 60);

-- What consumers should read, one row for each connection; the publisher brings the backend there.
create table publication (
    connection_id        text        primary key references connection,
    environment          text        not null,
    desired_generation   bigint      not null,
    published_generation bigint      not null default 0,
    published_at         timestamptz,
    -- What the backend is to hold: the sealed value, a note that the current token was revoked, or nothing.
    wanted               text        not null check (wanted in ('VALUE', 'REVOKED', 'NOTHING')),
    -- Null unless a value is wanted, and once that is of no use any more.
    sealed_value         bytea,
    next_attempt_at      timestamptz not null,
    attempts             integer     not null default 0,
    lease_owner          text,
    lease_until          timestamptz,
    last_failure         text,
    -- Deletes are verified again: how many checks are still to come.
    delete_checks_left   integer     not null default 0
);
create index publication_due on publication (next_attempt_at)
    where published_generation < desired_generation or delete_checks_left > 0;

create table operator (
    operator_id  text        primary key check (operator_id ~ '^o[0-9a-z]{23}$'),
    name         text        not null,
    roles        text[]      not null,
    environments text[]      not null,
    key_id       text        not null unique,
    key_mac      bytea       not null,
    created_at   timestamptz not null,
    expires_at   timestamptz,
    last_used_at timestamptz,
    removed_at   timestamptz
);
create index operator_newest on operator (created_at desc, operator_id desc);

-- Bootstrap keys that have done their work, by their MAC.
create table retired_bootstrap_key (
    fingerprint bytea       primary key,
    retired_at  timestamptz not null
);

create table audit_event (
    seq           bigint      generated always as identity primary key,
    event_id      text        not null unique,
    at            timestamptz not null,
    actor_id      text,
    actor_name    text,
    actor_method  text        not null,
    action        text        not null,
    object_type   text        not null,
    object_id     text,
    environment   text,
    result        text        not null check (result in ('success', 'denied', 'failed')),
    reason        text,
    request_id    text,
    source_ip     text
);
create index audit_event_by_object on audit_event (object_id, seq desc);
create index audit_event_by_actor on audit_event (actor_id, seq desc);

-- First answers of POSTs that carried an Idempotency-Key; written in the transaction of the change they answer.
create table idempotency (
    caller       text        not null,
    method       text        not null,
    path         text        not null,
    key          text        not null,
    request_mac  bytea       not null,
    status       integer     not null,
    location     text,
    -- The answer with null in the place of its secret, which is sealed beside it and is shown again while it opens anything.
    answer       text        not null,
    environment  text,
    secret       bytea,
    secret_key_id text,
    -- False until the answer has what is only known after the commit.
    completed    boolean     not null default false,
    created_at   timestamptz not null,
    primary key (caller, method, path, key)
);
create index idempotency_age on idempotency (created_at);
