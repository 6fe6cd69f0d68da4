/* A first manifest from what files hold. */
#ifndef ND_RECORDING_SCAN_H
#define ND_RECORDING_SCAN_H

#include "base/child.h"
#include "base/memory.h"

/* Looks into the files, and into those of folders (recording/scan_files.h), each in a child, and
 * appends a manifest to `yaml`: a session for each activity found, with the position, speed and
 * identities that seem to belong to it; what else was found stands in comments: everything where
 * there is no activity to be told, files that cannot be read, and how sure each guess is. File
 * names are written as given. Where only the experimenter can know, `question` gets lines, ended by
 * a zero, that name the choices; the manifest holds them, too, and is refused until they are
 * answered. Fails when no file can be read. */
bool nd_recording_scan(const char *const *files, size_t count, const nd_limits *limits,
                       nd_buffer *yaml, nd_buffer *question, nd_error *error);

extern const nd_trade nd_trade_scan;

#endif
