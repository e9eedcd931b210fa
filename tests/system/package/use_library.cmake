# What the tests of the package do alike. Needs what they need.

# Stops at a program that fails.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(result)
    message(FATAL_ERROR "${ARGN}\nfailed: ${result}\n${output}")
  endif()
endfunction()

# Builds the project in this folder with the library that is installed in `prefix`, and runs it: as a
# program, and as a module of Python's.
function(use_library prefix)
  file(REMOVE_RECURSE ${work}/build)
  run(${CMAKE_COMMAND} -G Ninja -S ${SOURCE_DIR}/tests/system/package -B ${work}/build
      -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
      -DCMAKE_CXX_FLAGS=${CXX_FLAGS})
  run(${CMAKE_COMMAND} --build ${work}/build)
  run(${work}/build/uses_thinnet)
  if(NOT CXX_FLAGS MATCHES "sanitize") # AddressSanitizer wants to be a program's first library
    run(python3 -c "import ctypes, sys
sys.exit(ctypes.CDLL('${work}/build/libmodule.so').learn_xor())")
  endif()
endfunction()
