/* The memory that is held: who asked for it, and what of it was not given back. */
#include "fault.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { N_BUCKET = 1 << 16, N_NODE = 1 << 20 };

struct node {
  struct node *next;
  void *at;
  const char *call;
  void *caller;
};
static struct node *nodes, *free_nodes, *buckets[N_BUCKET];
static size_t n_node;
static atomic_flag held_lock = ATOMIC_FLAG_INIT;

static struct node **find_bucket(const void *at) {
  return &buckets[((uintptr_t)at >> 4) * 0x9e3779b97f4a7c15u >> 48];
}

void hold(void *at, const char *call, void *caller) {
  if (at == NULL || nodes == NULL || getpid() != fault.process) return;
  while (atomic_flag_test_and_set(&held_lock)) continue;
  struct node *node = free_nodes;
  if (node != NULL) {
    free_nodes = node->next;
  } else if (n_node < N_NODE) {
    node = &nodes[n_node++];
  }
  if (node != NULL) {
    *node = (struct node){*find_bucket(at), at, call, caller};
    *find_bucket(at) = node;
  }
  atomic_flag_clear(&held_lock);
}

void let_go(const void *at) {
  if (at == NULL || nodes == NULL) return;
  while (atomic_flag_test_and_set(&held_lock)) continue;
  for (struct node **link = find_bucket(at); *link != NULL; link = &(*link)->next) {
    if ((*link)->at != at) continue;
    struct node *node = *link;
    *link = node->next;
    node->next = free_nodes;
    free_nodes = node;
    break;
  }
  atomic_flag_clear(&held_lock);
}

void begin_holding(void) {
  nodes = mmap(NULL, N_NODE * sizeof *nodes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (nodes == MAP_FAILED) abort();
}

void tell_memory(void) {
  for (int m = 0; nodes != NULL && m < n_module; m++) {
    long n = 0;
    const struct node *one = NULL;
    for (size_t i = 0; i < N_BUCKET; i++) {
      for (const struct node *node = buckets[i]; node != NULL; node = node->next) {
        if ((uintptr_t)node->caller < modules[m].from || (uintptr_t)node->caller >= modules[m].to) continue;
        n++;
        one = node;
      }
    }
    if (n > 0) tell("live %s %ld %s %#lx\n", modules[m].name, n, one->call, (unsigned long)((uintptr_t)one->caller - modules[m].base));
  }
}
