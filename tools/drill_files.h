/* drill_files.h: folders copied and removed. */
#ifndef TOOLS_DRILL_FILES_H
#define TOOLS_DRILL_FILES_H

#include <tamis/error.h>

/* The regular files of `from`, and those in its folders, into `to`, which is there; files of the same name are written over. Links are
 * left out: what they point to is not the folder's. TAMIS_IO: 64 MB in all, or 1,000 files, are exceeded. */
int drill_copy_folder(const char *from, const char *to, tamis_error *err) TAMIS_CHECKED;
/* All of it; "" is none. What cannot be removed stays. */
void drill_remove_folder(const char *folder);

#endif
