-- Which plan answered which command; the plans themselves are in the object store.

create table plans (
    command_id text primary key,
    job_id text not null,
    tenant text not null,
    plan_key text not null,
    planner text not null,
    clips integer not null,
    frames bigint not null,
    created_at timestamptz not null default now()
);

create index plans_by_job on plans (job_id);
