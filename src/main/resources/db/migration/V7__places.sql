-- Where each environment lives, and what the other place of a move holds.

create table place (
    environment    text        primary key,
    backend        text        not null,
    storage        text        not null check (storage in ('SECRET', 'SEALED')),
    -- The other place of a move that has not ended: the new one before the switch, the old one after it.
    second_backend text,
    second_storage text        check (second_storage in ('SECRET', 'SEALED')),
    -- What is in the other place goes away.
    clearing       boolean     not null default false,
    -- Where it lived before its last move: settings may still say so.
    left_backend   text,
    left_storage   text        check (left_storage in ('SECRET', 'SEALED')),
    -- One more with every change of this row; replicas report the one that they act upon.
    epoch          bigint      not null default 1,
    check ((second_backend is null) = (second_storage is null)),
    check ((left_backend is null) = (left_storage is null)),
    check (second_backend is not null or not clearing)
);

-- What the other place of a move holds under the name of a connection, or may hold after an attempt; no row: nothing.
create table publication_copy (
    connection_id   text        primary key references connection,
    environment     text        not null,
    generation      bigint      not null,
    next_attempt_at timestamptz not null,
    attempts        integer     not null default 0,
    lease_owner     text,
    lease_until     timestamptz,
    last_failure    text
);
create index publication_copy_by_environment on publication_copy (environment);

-- The epoch of the place of each environment that a replica acts upon.
alter table replica add column places jsonb not null default '{}';
