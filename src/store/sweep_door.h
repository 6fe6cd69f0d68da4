/* The door of a sweep's store: what a database must be before anything in it is believed. */
#ifndef ND_STORE_SWEEP_DOOR_H
#define ND_STORE_SWEEP_DOOR_H

#include "store/sweep_schema.h"

/* Whether the files of a store at `path` may be opened at all: it and SQLite's -wal, -shm and
 * -journal beside it are regular files, those beside it no links, and the journal names no other
 * file, which SQLite would delete. One that is not there is fine. */
bool nd_sweep_door_files(const char *path, nd_error *error);

/* SQLite's defences for a database that may come from anybody: no triggers, no views, no functions
 * of the schema's own, no writing past the tables, limits on statements and values. */
bool nd_sweep_door_defend(nd_sweep_store *store, nd_error *error);

/* Whether the database is a store of ours and nothing else: the two tables with columns of our own
 * list, the index, no trigger, view or virtual table; each run's values of the kinds and in the
 * ranges that a sweep writes. */
bool nd_sweep_door_check(nd_sweep_store *store, nd_error *error);

/* Writes the columns of runs that the store has and this program knows, parted by commas, in an
 * order of its own; free() it. */
char *nd_sweep_columns(nd_sweep_store *store, nd_error *error);

/* The query of the table of runs: id, label, state, reason, seconds, metrics, and the keys that
 * differ among runs (or all); free() it. */
char *nd_sweep_table_statement(nd_sweep_store *store, bool all_keys, nd_error *error);

#endif
