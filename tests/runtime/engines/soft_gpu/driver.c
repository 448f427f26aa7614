/* A CUDA driver in software, as far as this program uses one: device memory is host memory, the
 * stream runs everything at once, and a capture records what it is asked and replays it later.
 * Kernels are host functions that a test registers by name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, INVALID = 1, OUT_OF_MEMORY = 2, NOT_FOUND = 500 };
enum { COPY, FILL, KERNEL };
typedef void (*kernel_t)(const uint32_t *grid, uint64_t *pointers);
typedef struct { int kind; uint64_t to, from; size_t size; kernel_t kernel; uint32_t grid[3]; int count; uint64_t pointers[16]; } op_t;
typedef struct { op_t *ops; size_t count; } graph_t;
typedef struct { char name[64]; kernel_t kernel; int count; } entry_t;

static entry_t entries[16];
static int entry_count;
static size_t total_bytes = 1u << 30, used_bytes;
static graph_t *capturing;

static void run(const op_t *op) {
  if (op->kind == COPY) memmove((void *)op->to, (void *)op->from, op->size);
  if (op->kind == FILL) memset((void *)op->to, (int)op->from, op->size);
  if (op->kind == KERNEL) op->kernel(op->grid, (uint64_t *)op->pointers);
}
static int ask(op_t op) {
  if (!capturing) { run(&op); return SUCCESS; }
  capturing->ops = realloc(capturing->ops, (capturing->count + 1) * sizeof op);
  capturing->ops[capturing->count++] = op;
  return SUCCESS;
}

/* For tests. */
void soft_register(const char *name, kernel_t kernel, int count) {
  entry_t *entry = &entries[entry_count++];
  strncpy(entry->name, name, sizeof entry->name - 1);
  entry->kernel = kernel;
  entry->count = count;
}
void soft_enqueue(kernel_t kernel, uint64_t context) {
  op_t op = {.kind = KERNEL, .kernel = kernel, .count = 1, .pointers = {context}};
  ask(op);
}
size_t soft_used_bytes(void) { return used_bytes; }
void soft_set_total_bytes(size_t bytes) { total_bytes = bytes; }

int cuInit(unsigned flags) { return flags ? INVALID : SUCCESS; }
int cuDriverGetVersion(int *version) { *version = 13000; return SUCCESS; }
int cuDeviceGet(int *device, int ordinal) { *device = ordinal; return ordinal ? INVALID : SUCCESS; }
int cuDeviceGetName(char *name, int size, int device) { (void)device; strncpy(name, "Soft GPU", size); return SUCCESS; }
int cuDeviceGetAttribute(int *value, int attribute, int device) { (void)device; *value = attribute == 75 ? 9 : 0; return SUCCESS; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { (void)device; *bytes = total_bytes; return SUCCESS; }
int cuDevicePrimaryCtxRetain(void **context, int device) { (void)device; *context = &entries; return SUCCESS; }
int cuCtxSetCurrent(void *context) { return context == &entries ? SUCCESS : INVALID; }
int cuStreamCreate(void **stream, unsigned flags) { *stream = &capturing; return flags == 1 ? SUCCESS : INVALID; }
int cuStreamSynchronize(void *stream) { return stream == &capturing && !capturing ? SUCCESS : INVALID; }
int cuMemGetInfo_v2(size_t *available, size_t *total) { *available = total_bytes - used_bytes; *total = total_bytes; return SUCCESS; }

int cuMemAlloc_v2(uint64_t *address, size_t size) {
  if (used_bytes + size > total_bytes) return OUT_OF_MEMORY;
  char *block = aligned_alloc(256, (size + 511) / 256 * 256);
  *(size_t *)block = size;
  memset(block + 256, 0xAB, size + 0);
  used_bytes += size;
  *address = (uint64_t)block + 256;
  return SUCCESS;
}
int cuMemFree_v2(uint64_t address) {
  char *block = (char *)address - 256;
  used_bytes -= *(size_t *)block;
  free(block);
  return SUCCESS;
}
int cuMemsetD8Async(uint64_t to, unsigned char value, size_t size, void *stream) {
  (void)stream;
  op_t op = {.kind = FILL, .to = to, .from = value, .size = size};
  return ask(op);
}
static int copy(uint64_t to, uint64_t from, size_t size) {
  op_t op = {.kind = COPY, .to = to, .from = from, .size = size};
  return ask(op);
}
int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t size, void *stream) { (void)stream; return copy(to, (uint64_t)from, size); }
int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t size, void *stream) { (void)stream; return copy((uint64_t)to, from, size); }
int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t size, void *stream) { (void)stream; return copy(to, from, size); }
int cuEventCreate(void **event, unsigned flags) { *event = malloc(1); return flags == 2 ? SUCCESS : INVALID; }
int cuEventRecord(void *event, void *stream) { return event && stream ? SUCCESS : INVALID; }
int cuEventSynchronize(void *event) { return event ? SUCCESS : INVALID; }
int cuEventDestroy_v2(void *event) { free(event); return SUCCESS; }
int cuStreamBeginCapture_v2(void *stream, int mode) {
  if (capturing || stream != &capturing || mode != 1) return INVALID;
  capturing = calloc(1, sizeof *capturing);
  return SUCCESS;
}
int cuStreamEndCapture(void *stream, void **graph) {
  (void)stream;
  *graph = capturing;
  capturing = 0;
  return *graph ? SUCCESS : INVALID;
}
int cuGraphInstantiateWithFlags(void **instance, void *graph, unsigned long long flags) {
  graph_t *copied = malloc(sizeof *copied);
  *copied = *(graph_t *)graph;
  *instance = copied;
  return flags ? INVALID : SUCCESS;
}
int cuGraphDestroy(void *graph) { free(graph); return SUCCESS; }
int cuGraphExecDestroy(void *instance) { free(((graph_t *)instance)->ops); free(instance); return SUCCESS; }
int cuGraphLaunch(void *instance, void *stream) {
  graph_t *graph = instance;
  if (stream != &capturing || capturing) return INVALID;
  for (size_t i = 0; i < graph->count; i++) run(&graph->ops[i]);
  return SUCCESS;
}
int cuModuleLoadData(void **module, const void *image) { *module = (void *)image; return strstr(image, ".entry") ? SUCCESS : INVALID; }
int cuModuleUnload(void *module) { return module ? SUCCESS : INVALID; }
int cuModuleGetFunction(void **function, void *module, const char *name) {
  (void)module;
  for (int i = 0; i < entry_count; i++)
    if (!strcmp(entries[i].name, name)) { *function = &entries[i]; return SUCCESS; }
  return NOT_FOUND;
}
int cuFuncSetAttribute(void *function, int attribute, int value) { return function && attribute == 8 && value >= 0 ? SUCCESS : INVALID; }
int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void *stream, void **parameters, void **extra) {
  entry_t *entry = function;
  op_t op = {.kind = KERNEL, .kernel = entry->kernel, .grid = {gx, gy, gz}, .count = entry->count};
  if (stream != &capturing || extra || shared > 232448 || bx * by * bz == 0) return INVALID;
  for (int i = 0; i < entry->count; i++) op.pointers[i] = *(uint64_t *)parameters[i];
  return ask(op);
}
int cuGetErrorString(int code, const char **text) { (void)code; *text = "an error"; return SUCCESS; }

#define FIND(called, function) if (!strcmp(symbol, called)) { *address = (void *)function; return SUCCESS; }
int cuGetProcAddress_v2(const char *symbol, void **address, int version, uint64_t flags, int *status) {
  (void)version; (void)flags;
  if (status) *status = 0;
  FIND("cuInit", cuInit) FIND("cuDriverGetVersion", cuDriverGetVersion) FIND("cuDeviceGet", cuDeviceGet)
  FIND("cuDeviceGetName", cuDeviceGetName) FIND("cuDeviceGetAttribute", cuDeviceGetAttribute)
  FIND("cuDeviceTotalMem", cuDeviceTotalMem_v2) FIND("cuDevicePrimaryCtxRetain", cuDevicePrimaryCtxRetain)
  FIND("cuCtxSetCurrent", cuCtxSetCurrent) FIND("cuStreamCreate", cuStreamCreate)
  FIND("cuStreamSynchronize", cuStreamSynchronize) FIND("cuMemGetInfo", cuMemGetInfo_v2)
  FIND("cuMemAlloc", cuMemAlloc_v2) FIND("cuMemFree", cuMemFree_v2) FIND("cuMemsetD8Async", cuMemsetD8Async)
  FIND("cuMemcpyHtoDAsync", cuMemcpyHtoDAsync_v2) FIND("cuMemcpyDtoHAsync", cuMemcpyDtoHAsync_v2)
  FIND("cuMemcpyDtoDAsync", cuMemcpyDtoDAsync_v2) FIND("cuEventCreate", cuEventCreate)
  FIND("cuEventRecord", cuEventRecord) FIND("cuEventSynchronize", cuEventSynchronize)
  FIND("cuEventDestroy", cuEventDestroy_v2) FIND("cuStreamBeginCapture", cuStreamBeginCapture_v2)
  FIND("cuStreamEndCapture", cuStreamEndCapture) FIND("cuGraphInstantiate", cuGraphInstantiateWithFlags)
  FIND("cuGraphInstantiateWithFlags", cuGraphInstantiateWithFlags) FIND("cuGraphDestroy", cuGraphDestroy)
  FIND("cuGraphExecDestroy", cuGraphExecDestroy) FIND("cuGraphLaunch", cuGraphLaunch)
  FIND("cuModuleLoadData", cuModuleLoadData) FIND("cuModuleUnload", cuModuleUnload)
  FIND("cuModuleGetFunction", cuModuleGetFunction) FIND("cuFuncSetAttribute", cuFuncSetAttribute)
  FIND("cuLaunchKernel", cuLaunchKernel) FIND("cuGetErrorString", cuGetErrorString)
  FIND("cuGetProcAddress", cuGetProcAddress_v2)
  *address = 0;
  return NOT_FOUND;
}
int cuGetProcAddress(const char *symbol, void **address, int version, uint64_t flags) { return cuGetProcAddress_v2(symbol, address, version, flags, 0); }
