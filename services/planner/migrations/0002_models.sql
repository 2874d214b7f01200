-- What language models answered and cost, so that the same request is paid once, and what was learned of their servers.

-- While a worker asks, lease_until is ahead and answer is null; whoever wants the same waits for it.
create table model_answers (
    key text primary key,
    owner text not null,
    lease_until timestamptz,
    command_id text not null,
    answer text,
    finish text,
    prompt_tokens integer not null default 0,
    completion_tokens integer not null default 0,
    cost_usd double precision,
    created_at timestamptz not null default now()
);
create index model_answers_age on model_answers (created_at);

-- One row for each request that was sent; kept answers add none.
create table model_calls (
    id bigint generated always as identity primary key,
    command_id text not null,
    job_id text not null,
    tenant text not null,
    key text not null,
    endpoint text not null,
    model text not null,
    outcome text not null,
    prompt_tokens integer not null default 0,
    completion_tokens integer not null default 0,
    cost_usd double precision,
    seconds double precision not null,
    created_at timestamptz not null default now()
);
create index model_calls_by_job on model_calls (job_id);

create table model_traits (
    endpoint text not null,
    model text not null,
    trait text not null,
    value text not null,
    seen_at timestamptz not null default now(),
    primary key (endpoint, model, trait)
);
