/*
 * A filesystem with the faults of others, read-only. Built with libfuse3 by strange-filesystem.ts.
 *   /twice     lists "a" and "sub" twice
 *   /hidden    is found by lookup, but opening it says ENOENT; /emptied says so when it is read, which libc takes for its end
 *   /sizes     "empty" has size 0 and 5 bytes, "short" size 3 and 5 bytes, "true" size 5 and 5 bytes
 */
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char content[] = "bytes";

struct node { const char *path; int is_dir; long size; };
static const struct node nodes[] = {
  { "/", 1, 0 }, { "/twice", 1, 0 }, { "/twice/a", 0, 5 }, { "/twice/b", 0, 5 }, { "/twice/sub", 1, 0 }, { "/twice/sub/c", 0, 5 },
  { "/hidden", 1, 0 }, { "/hidden/d", 0, 5 }, { "/emptied", 1, 0 }, { "/emptied/e", 0, 5 },
  { "/sizes", 1, 0 }, { "/sizes/empty", 0, 0 }, { "/sizes/short", 0, 3 }, { "/sizes/true", 0, 5 }, { "/README.md", 0, 0 },
};
enum { COUNT = sizeof nodes / sizeof *nodes };

/* While this file exists, all directories can be listed. */
static char shown[4096];
static int is_shown(void) { struct stat st; return stat(shown, &st) == 0; }

static const struct node *find(const char *path) {
  for (int i = 0; i < COUNT; i++) if (strcmp(nodes[i].path, path) == 0) return &nodes[i];
  return NULL;
}

static int get_attributes(const char *path, struct stat *st, struct fuse_file_info *info) {
  (void)info;
  const struct node *node = find(path);
  if (node == NULL) return -ENOENT;
  memset(st, 0, sizeof *st);
  st->st_mode = node->is_dir ? S_IFDIR | 0755 : S_IFREG | 0644;
  st->st_nlink = node->is_dir ? 2 : 1;
  st->st_size = node->size;
  st->st_mtime = 1500000000;
  return 0;
}

static int list(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *info, enum fuse_readdir_flags flags) {
  (void)offset; (void)info; (void)flags;
  if (strcmp(path, "/emptied") == 0 && !is_shown()) return -ENOENT;
  size_t length = strcmp(path, "/") == 0 ? 0 : strlen(path);
  for (int turn = 0; turn < (strcmp(path, "/twice") == 0 ? 2 : 1); turn++) {
    for (int i = 1; i < COUNT; i++) {
      const char *at = nodes[i].path;
      if (strncmp(at, path, length) != 0 || at[length] != '/' || strchr(at + length + 1, '/') != NULL) continue;
      if (turn == 1 && at[length + 1] == 'b') continue;
      fill(buffer, at + length + 1, NULL, 0, 0);
    }
  }
  return 0;
}

static int open_directory(const char *path, struct fuse_file_info *info) {
  (void)info;
  return strcmp(path, "/hidden") == 0 && !is_shown() ? -ENOENT : 0;
}

static int open_file(const char *path, struct fuse_file_info *info) {
  if (find(path) == NULL) return -ENOENT;
  info->direct_io = 1;
  return 0;
}

static int read_file(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *info) {
  (void)path; (void)info;
  if (offset >= 5) return 0;
  if (size > (size_t)(5 - offset)) size = 5 - offset;
  memcpy(buffer, content + offset, size);
  return (int)size;
}

static void *set_up(struct fuse_conn_info *connection, struct fuse_config *config) {
  (void)connection;
  config->use_ino = 0;
  return NULL;
}

int main(int argc, char **argv) {
  static const struct fuse_operations operations = { .init = set_up, .getattr = get_attributes, .opendir = open_directory, .readdir = list, .open = open_file, .read = read_file };
  snprintf(shown, sizeof shown, "%s", argv[--argc]);
  return fuse_main(argc, argv, &operations, NULL);
}
