"""The tables that several processes for charge points share: PostgreSQL's alone, so no part of the ledger's layout."""

from __future__ import annotations

from typing import Final

LAYOUT: Final = """
    select pg_advisory_lock(7741235678);
    create table if not exists journal_frame (
        id bigint generated always as identity primary key,
        station text collate "C" not null,
        connection text collate "C" not null,
        direction text collate "C" not null,
        at_utc timestamptz not null,
        protocol text collate "C" not null,
        payload bytea not null,
        sealed boolean not null
    );
    create index if not exists journal_frame_of_station on journal_frame (station, id);
    create index if not exists journal_frame_at on journal_frame using brin (at_utc);
    create table if not exists service_process (
        number bigint generated always as identity primary key,
        name text collate "C" not null,
        since_utc timestamptz not null default now(),
        applied_frame bigint not null
    );
    create table if not exists station_socket (
        station text collate "C" primary key,
        process bigint not null references service_process (number),
        since_utc timestamptz not null default now()
    );
    create index if not exists station_socket_of_process on station_socket (process);
    select pg_advisory_unlock(7741235678)
"""
"""Made where they are missing, by one process at a time."""
