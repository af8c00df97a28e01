-- What each replica wants of the tokens that have a limit, written every second while it is asked for them. It is worth
-- nothing after a few seconds, so a crash may take it.
create unlogged table rate_demand (
    token_id    text        not null,
    replica_id  text        not null,
    wanted      bigint      not null,
    reported_at timestamptz not null,
    primary key (token_id, replica_id)
) with (fillfactor = 50);
create index rate_demand_age on rate_demand (reported_at);
