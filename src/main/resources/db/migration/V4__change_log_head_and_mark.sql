-- What this database knows of the mark: the head of the change log as the secrets backend remembers it. The log itself
-- is audit_event, to which every change appends in its transaction.

create table change_log_standing (
    only_row        boolean     primary key default true check (only_row),
    -- Which log this is; a copy of the database has the same.
    log_id          text        not null,
    -- Marks up to this head were decided upon, or were of another log.
    decided_head    bigint      not null default 0,
    -- Since when a mark says that changes are missing here, and which mark; null: none does, or it was decided.
    restored_at     timestamptz,
    mark_head       bigint,
    mark_written_at timestamptz,
    -- When the next mark is to be written; whoever moves it on writes it.
    mark_due_at     timestamptz not null default now(),
    check ((restored_at is null) = (mark_head is null))
);

-- A log that has begun is known by its first event: a dump from before this table gets the same name when it is restored.
insert into change_log_standing (log_id)
select coalesce((select event_id from audit_event order by seq limit 1),
                'l' || replace(gen_random_uuid()::text, '-', ''));

-- Events of an audit export that were applied again after a restore, so that none is applied twice.
create table replayed_event (
    event_id    text        primary key,
    replayed_at timestamptz not null
);
