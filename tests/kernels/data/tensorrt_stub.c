/* Stands in for TensorRT's three libraries, so that its Python bindings import without them.
 *
 * Everything is null but the plugin registry: an object laid out as the Itanium C++ ABI has it,
 * that keeps the creator it was last given. Nothing is built, parsed or run.
 */
#include <stddef.h>

static void *last_creator = NULL;

static long nothing(void) { return 0; }

static long register_creator(void *self, void *creator, const char *name_space) {
  (void)self, (void)name_space;
  last_creator = creator;
  return 1;
}

static void *get_creator(void *self, const char *name, const char *version,
                         const char *name_space) {
  (void)self, (void)name, (void)version, (void)name_space;
  return last_creator;
}

#define FOUR (void *)nothing, (void *)nothing, (void *)nothing, (void *)nothing

static const void *const type_of_registry[2] = {NULL, "13stub_registry"};

/* what lies before a C++ object's table of virtual functions, then the table */
static const struct {
  long offset_to_top;
  const void *type;
  void *functions[24];
} table = {0,
           type_of_registry,
           {FOUR, FOUR, (void *)register_creator, (void *)nothing, (void *)get_creator,
            (void *)nothing, FOUR, FOUR, FOUR}};

static struct {
  const void *functions;
  long unused[8];
} registry = {table.functions, {0}};

void *getPluginRegistry(void) { return &registry; }
void *getBuilderPluginRegistry(int capability) { return (void)capability, NULL; }
void *createInferBuilder_INTERNAL(void) { return NULL; }
void *createInferRuntime_INTERNAL(void) { return NULL; }
void *createInferRefitter_INTERNAL(void) { return NULL; }
void *createNvOnnxParser_INTERNAL(void) { return NULL; }
void *createNvOnnxParserRefitter_INTERNAL(void) { return NULL; }
int getNvOnnxParserVersion(void) { return 0; }
int initLibNvInferPlugins(void) { return 1; }
