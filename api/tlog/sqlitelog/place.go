package sqlitelog

// placeOf says where a file is, in such a way that a copy of it is elsewhere, and the same file after a restart, or in a
// directory that was renamed or moved within its file system, is not. "" where the system cannot tell.
//
// It is the number of the file in its file system and the moment at which it was made there, from the system (statx). A
// number alone would not do: file systems use the numbers of deleted files again, so a directory that is removed and
// copied back from a backup may well get the same ones. The number of the device says less than it seems to, because
// many systems give another one after a restart; it is taken only where the moment is not known.
//
// What it cannot see: a copy of a whole disk or file system, such as a snapshot that is rolled back or a cloned machine,
// is the same to the last bit; and a file that is written over in place (cp over an existing log.db, which keeps the
// file and replaces its content) stays the same file. Both forget what was signed since. Against these, only others
// help who remember: serve asks its witnesses and its mirror at each start.
func placeOf(path string) (string, error) { return filePlace(path) }
