# Builds and installs the library with -DBUILD_SHARED_LIBS=ON, and uses it. Needs BUILD_DIR,
# SOURCE_DIR, CXX_COMPILER and CXX_FLAGS.
set(work ${BUILD_DIR}/shared_test)
include(${CMAKE_CURRENT_LIST_DIR}/use_library.cmake)

set(prefix ${work}/prefix)
file(REMOVE_RECURSE ${prefix})
# Without optimisation: it is about linking.
run(${CMAKE_COMMAND} -G Ninja -S ${SOURCE_DIR} -B ${work}/library -DBUILD_SHARED_LIBS=ON
    -DTHINNET_TESTS=OFF -DTHINNET_EXAMPLES=OFF -DTHINNET_MPI=OFF -DTHINNET_NATIVE=OFF
    -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O0 -DCMAKE_UNITY_BUILD=ON -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
    -DCMAKE_INSTALL_LIBDIR=lib)
run(${CMAKE_COMMAND} --build ${work}/library)
run(${CMAKE_COMMAND} --install ${work}/library --prefix ${prefix})
file(GLOB libraries RELATIVE ${prefix}/lib ${prefix}/lib/libthinnet*)
if(NOT libraries MATCHES "libthinnet.so" OR libraries MATCHES "libthinnet.a")
  message(FATAL_ERROR "installed: ${libraries}")
endif()
use_library(${prefix})
