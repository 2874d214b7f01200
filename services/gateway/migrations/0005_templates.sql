-- Timelines with blanks that accounts saved for repeated videos.

create table saved_templates (
    id text primary key,
    account text not null,
    name text not null,
    description text not null,
    variables jsonb not null,
    timeline jsonb not null,
    created_at timestamptz not null default now()
);
create index saved_templates_of_account on saved_templates (account, id desc);
