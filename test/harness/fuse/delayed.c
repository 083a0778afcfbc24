/*
 * Shows a directory, read-only, as a filesystem that is far away: each question to it takes as long as a file says. Built with libfuse3 by
 * delayed-filesystem.mjs.
 *   delayed [options] <mount point> <directory> <control file>
 * The control file has an int, microseconds by which each answer is late; a negative one holds all answers back until it is another
 * one. Behind it stand three more: how many questions there were, how many wait for their answers, and how many did so at most.
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *shown;
static volatile int *control;

static void wait_for_answer(void) {
  __sync_fetch_and_add(&control[1], 1);
  int waiting = __sync_add_and_fetch(&control[2], 1);
  for (int most = control[3]; waiting > most && !__sync_bool_compare_and_swap(&control[3], most, waiting); most = control[3]);
  while (control[0] < 0) usleep(10000);
  if (control[0] > 0) usleep(control[0]);
  __sync_fetch_and_sub(&control[2], 1);
}

static const char *place(char *buffer, const char *path) {
  snprintf(buffer, PATH_MAX, "%s%s", shown, path);
  return buffer;
}

static int get_attributes(const char *path, struct stat *st, struct fuse_file_info *info) {
  char at[PATH_MAX];
  (void)info;
  wait_for_answer();
  return lstat(place(at, path), st) == 0 ? 0 : -errno;
}

static int read_link(const char *path, char *target, size_t size) {
  char at[PATH_MAX];
  wait_for_answer();
  ssize_t length = readlink(place(at, path), target, size - 1);
  if (length < 0) return -errno;
  target[length] = '\0';
  return 0;
}

static int open_directory(const char *path, struct fuse_file_info *info) {
  char at[PATH_MAX];
  wait_for_answer();
  DIR *directory = opendir(place(at, path));
  if (directory == NULL) return -errno;
  info->fh = (uint64_t)(uintptr_t)directory;
  return 0;
}

static int list(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *info,
                enum fuse_readdir_flags flags) {
  (void)path; (void)offset; (void)flags;
  DIR *directory = (DIR *)(uintptr_t)info->fh;
  wait_for_answer();
  rewinddir(directory);
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    struct stat st = { .st_ino = entry->d_ino, .st_mode = (mode_t)entry->d_type << 12 };
    fill(buffer, entry->d_name, &st, 0, 0);
  }
  return 0;
}

static int close_directory(const char *path, struct fuse_file_info *info) {
  (void)path;
  closedir((DIR *)(uintptr_t)info->fh);
  return 0;
}

static int open_file(const char *path, struct fuse_file_info *info) {
  char at[PATH_MAX];
  wait_for_answer();
  int fd = open(place(at, path), O_RDONLY);
  if (fd < 0) return -errno;
  info->fh = (uint64_t)fd;
  return 0;
}

static int read_file(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *info) {
  (void)path;
  wait_for_answer();
  ssize_t count = pread((int)info->fh, buffer, size, offset);
  return count < 0 ? -errno : (int)count;
}

static int close_file(const char *path, struct fuse_file_info *info) {
  (void)path;
  close((int)info->fh);
  return 0;
}

static void *set_up(struct fuse_conn_info *connection, struct fuse_config *config) {
  config->use_ino = 1;
  config->nullpath_ok = 0;
  connection->want &= ~(FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO);
  return NULL;
}

int main(int argc, char **argv) {
  static const struct fuse_operations operations = {
    .init = set_up, .getattr = get_attributes, .readlink = read_link, .opendir = open_directory, .readdir = list,
    .releasedir = close_directory, .open = open_file, .read = read_file, .release = close_file,
  };
  if (argc < 4) return 2;
  int fd = open(argv[--argc], O_RDWR);
  shown = argv[--argc];
  control = mmap(NULL, 4 * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (control == MAP_FAILED) return 2;
  return fuse_main(argc, argv, &operations, NULL);
}
