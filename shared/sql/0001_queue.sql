-- The inbox is the queue: a consumer only accepts a message as a row; workers claim rows under fenced leases.

create table inbox (
    id text primary key,
    topic text not null,
    type text not null,
    subject text not null,
    tenant text not null,
    priority smallint not null,
    lane text not null default '',
    body bytea not null,
    state text not null check (state in ('waiting', 'delayed', 'running', 'done', 'dead', 'cancelled')),
    rank bigint not null,
    attempts integer not null default 0,
    available_at timestamptz not null default now(),
    lease bigint,
    lease_until timestamptz,
    owner text,
    cancel_requested boolean not null default false,
    error jsonb,
    received_at timestamptz not null default now(),
    ended_at timestamptz
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

create index inbox_waiting on inbox (lane, priority desc, rank, id) where state = 'waiting';
create index inbox_delayed on inbox (available_at) where state = 'delayed';
create index inbox_running on inbox (lease_until) where state = 'running';
create index inbox_ended on inbox (ended_at) where ended_at is not null;
create sequence inbox_lease;

-- Fairness by start-time fair queueing (Goyal, Vin, Cheng 1996): a row's rank is one after its tenant's last one, or the
-- clock where that is later; the clock is the rank of the row claimed last. A newcomer stands at the clock, before the backlog.
create table inbox_tenants (
    tenant text not null,
    priority smallint not null,
    rank bigint not null,
    primary key (tenant, priority)
);
create table inbox_clock (priority smallint primary key, rank bigint not null default 0);
insert into inbox_clock (priority) select generate_series(0, 9);

-- Commands that were cancelled, perhaps before they arrived.
create table inbox_cancelled (id text primary key, at timestamptz not null default now());

-- Messages that nobody can read; kept to be looked at, never in anybody's way.
create table dead_letters (
    id bigint generated always as identity primary key,
    topic text not null,
    partition integer not null,
    "offset" bigint not null,
    body bytea not null,
    reason text not null,
    at timestamptz not null default now(),
    unique (topic, partition, "offset")
);

create table outbox (
    id bigint generated always as identity primary key,
    topic text not null,
    key text not null,
    body bytea not null check (octet_length(body) <= 65536),
    at timestamptz not null default now()
);

create function wake_listeners() returns trigger language plpgsql as $$
begin
    perform pg_notify(tg_argv[0], '');
    return null;
end $$;
create trigger inbox_wakes after insert on inbox for each statement execute function wake_listeners('inbox');
create trigger outbox_wakes after insert on outbox for each statement execute function wake_listeners('outbox');
