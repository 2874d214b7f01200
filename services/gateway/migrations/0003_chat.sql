-- Conversations that edit: sessions of a project, what was said, and which revisions came of it.

create table chat_sessions (
    id text primary key,
    account text not null,
    title text not null,
    backend text not null,
    hf_model text,
    project_id text references projects (id),
    -- The revision that this conversation made last: undo and redo go on from there, and from nowhere else.
    head integer,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index chat_sessions_of_account on chat_sessions (account, id desc);

-- An edit is applied, undone, or gone when something else was done instead of doing it again.
create table chat_patches (
    number bigint generated always as identity primary key,
    id text not null unique,
    session_id text not null references chat_sessions (id),
    kind text not null check (kind in ('edit', 'undo', 'redo')),
    state text not null check (state in ('applied', 'undone', 'gone')),
    operations jsonb not null,
    revision_before integer not null,
    revision_after integer not null,
    created_at timestamptz not null default now()
);
create index chat_patches_of_session on chat_patches (session_id, number);

create table chat_messages (
    number bigint generated always as identity primary key,
    id text not null unique,
    session_id text not null references chat_sessions (id),
    role text not null check (role in ('user', 'assistant')),
    content text not null,
    patch_id text references chat_patches (id),
    created_at timestamptz not null default now()
);
create index chat_messages_of_session on chat_messages (session_id, number);
