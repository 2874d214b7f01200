-- Jobs with their steps, and their public event log; who may ask, and what was answered to whom.

create table accounts (
    id text primary key,
    name text not null unique,
    tier text not null check (tier in ('free', 'pro', 'enterprise')),
    created_at timestamptz not null default now()
);

-- A key is kept only as its SHA-256: it is 256 random bits, so a slow hash would add nothing.
create table api_keys (
    sha256 bytea primary key,
    account text not null references accounts (id),
    created_at timestamptz not null default now()
);

create table jobs (
    id text primary key,
    account text not null,
    kind text not null,
    status text not null check (status in ('queued', 'processing', 'completed', 'failed', 'cancelled')),
    percent double precision not null,
    eta_seconds double precision,
    cost_usd double precision not null default 0,
    priority smallint not null,
    run integer not null,
    project_id text,
    asset_id text,
    input jsonb not null,
    state jsonb not null,
    steps jsonb not null,
    result jsonb,
    error jsonb,
    traceparent text,
    origin text unique,
    last_seq integer not null default 0,
    told_at timestamptz,
    created_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz
) with (fillfactor = 80);
create index jobs_of_account on jobs (account, id desc);
create index jobs_of_project on jobs (project_id, id desc) where project_id is not null;

-- Numbered from 1 without a gap: the number is taken under the lock of the job's row. The body is kept as it was published.
create table job_events (
    job_id text not null references jobs (id),
    seq integer not null,
    id text not null,
    type text not null,
    time timestamptz not null,
    body text not null,
    primary key (job_id, seq)
);

-- Answers to writes that carried an Idempotency-Key. While the first is at work, lease_until is ahead and status is null.
-- The origin outlives a gateway that dies: jobs carry it, so that whoever takes the slot over finds what was begun.
create table idempotency (
    account text not null,
    method text not null,
    path text not null,
    key text not null,
    body_hash text,
    owner text not null,
    origin text not null,
    lease_until timestamptz,
    status smallint,
    headers jsonb,
    body bytea,
    created_at timestamptz not null default now(),
    primary key (account, method, path, key)
);
create index idempotency_age on idempotency (created_at);
