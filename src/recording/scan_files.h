/* The files that a scan looks into, where it is given folders. */
#ifndef ND_RECORDING_SCAN_FILES_H
#define ND_RECORDING_SCAN_FILES_H

#include "base/memory.h"

typedef struct nd_scan_files {
    char **path; /* count; files as given, those in folders in natural order, day2 before day10 */
    size_t count, room;
    bool folders;           /* some were found in folders */
    size_t passed_over;     /* files of kinds that no reader reads */
    char passed_kinds[200]; /* their endings */
} nd_scan_files;

/* Lists what to look into: files as they are; of folders, everything beneath them with an ending
 * that a reader knows. A folder that is itself a layout (Suite2p's) counts as one file. Names alone
 * are read. Links to folders are not followed. Free with nd_scan_files_free. */
bool nd_scan_files_list(const char *const *given, size_t count, nd_scan_files *files,
                        nd_error *error);
void nd_scan_files_free(nd_scan_files *files);

#endif
