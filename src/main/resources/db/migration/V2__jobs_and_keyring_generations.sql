-- Background jobs, and keyrings that change while every replica goes on.

create table job (
    job_id          text        primary key check (job_id ~ '^j[0-9a-z]{23}$'),
    kind            text        not null,
    environment     text        not null,
    state           text        not null check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED')),
    dry_run         boolean     not null,
    done            bigint      not null default 0,
    total           bigint      not null default 0,
    reason          text,
    detail          text,
    created_by      text,
    created_at      timestamptz not null,
    started_at      timestamptz,
    finished_at     timestamptz,
    -- How far it is, in the words of its kind; whoever takes it goes on from here.
    position        text        not null default '',
    attempts        integer     not null default 0,
    next_attempt_at timestamptz not null,
    lease_owner     text,
    lease_until     timestamptz,
    check ((state in ('SUCCEEDED', 'FAILED')) = (finished_at is not null))
);
create unique index job_one_of_an_environment on job (environment) where state in ('QUEUED', 'RUNNING');
create index job_due on job (next_attempt_at) where state in ('QUEUED', 'RUNNING');

-- The generation of the keyring in the backend that every replica has to have loaded.
alter table keyring add column generation bigint not null default 0;

-- Which replicas there are, and which generation of each keyring they have loaded.
create table replica (
    replica_id text        primary key,
    keyrings   jsonb       not null,
    seen_at    timestamptz not null
) with (fillfactor = 50);

-- Everything that was made with a key starts with the five bytes that name it.
create index token_by_key on token (environment, encode(substring(mac from 1 for 5), 'hex'))
    where state in ('CURRENT', 'RETIRING');
create index connection_by_key on connection (environment, encode(substring(credentials from 1 for 5), 'hex'))
    where credentials is not null;
create index publication_by_key on publication (environment, encode(substring(sealed_value from 1 for 5), 'hex'))
    where sealed_value is not null;
create index idempotency_by_key on idempotency (environment, encode(substring(secret from 1 for 5), 'hex'))
    where secret is not null;
