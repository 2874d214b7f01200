-- Chunks of films by the hash of all that their pixels depend on; the files are in the object store. A row that is
-- being drawn has a lease; when it runs out, anybody may draw the chunk.

create sequence chunk_lease;

create table chunk_orders (
    command_id text primary key,
    owner text not null,
    priority int not null,
    command text not null,
    parallel int not null,
    alive_until timestamptz not null,
    created_at timestamptz not null default now()
);

create table chunks (
    key text primary key,
    state text not null default 'waiting' check (state in ('waiting', 'drawing', 'kept')),
    command_id text not null,
    place int not null,
    attempts int not null default 0,
    lease bigint,
    lease_until timestamptz,
    owner text,
    file jsonb,
    figures jsonb,
    frames int not null default 0,
    crc bigint not null default 0,
    bytes bigint not null default 0,
    used_at timestamptz not null default now()
);

-- Objects of chunks that are forgotten: they are deleted without a transaction, and by the next sweep if this one dies.
create table chunk_remains (key text primary key, at timestamptz not null default now());

create index chunks_open on chunks (command_id, place) where state <> 'kept';
create index chunks_used on chunks (used_at) where state = 'kept';
