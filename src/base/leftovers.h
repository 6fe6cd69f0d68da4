/* What a process that a signal ends would leave behind: next versions of files, folders in which
 * something is put together, locks. They are noted when they are made; the program's signal handler
 * removes them. A process that is killed outright leaves them to the next command (base/paths.h).
 */
#ifndef ND_BASE_LEFTOVERS_H
#define ND_BASE_LEFTOVERS_H

/* Notes a file, or an empty folder, that is this process's alone. What has another name by the time
 * of the removal, or is gone, is no harm; the latest 256 are kept, of less than 1024 bytes. */
void nd_leftover(const char *path);

/* It is no longer this process's: to be said before another process may make one of that name. */
void nd_leftover_no_more(const char *path);

/* Removes them, the latest first, with what SQLite puts beside a file. In the process that noted
 * them alone, not in its forks. May be called by signal handlers. */
void nd_remove_leftovers(void);

#endif
