// For ./grade --debug alone: an exception tells where it was thrown.
#include <dlfcn.h>
#include <sanitizer/common_interface_defs.h>

#include <cstdio>
#include <typeinfo>

/// Stands before the C++ library's own, which it calls.
extern "C" [[noreturn]] void __cxa_throw(void* thrown, std::type_info* type,
                                         void (*destroy)(void*)) {
  using Throw = void (*)(void*, std::type_info*, void (*)(void*));
  static const auto really_throw = reinterpret_cast<Throw>(dlsym(RTLD_NEXT, "__cxa_throw"));
  std::fflush(nullptr);
  std::fputs("==thrown==\n", stderr);
  __sanitizer_print_stack_trace();
  really_throw(thrown, type, destroy);
  __builtin_unreachable();
}
