# Makes packages of the library, which have the same files. With them, as a user unpacks them, a
# project is configured, built and run that knows nothing else; and one that has Thinnet's sources in a
# folder of its own. Needs BUILD_DIR, SOURCE_DIR, CXX_COMPILER and CXX_FLAGS.
set(work ${BUILD_DIR}/package_test)
file(REMOVE_RECURSE ${work})
include(${CMAKE_CURRENT_LIST_DIR}/use_library.cmake)

run(${CMAKE_CPACK_COMMAND} -G TGZ -B ${work} --config ${BUILD_DIR}/CPackConfig.cmake)
file(GLOB archive ${work}/*.tar.gz)
file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${work}/tgz)
file(GLOB prefix ${work}/tgz/*)
use_library(${prefix})

# Every file in `folder` with its checksum.
function(checksums_in folder result)
  file(GLOB_RECURSE files RELATIVE ${folder} ${folder}/*)
  list(SORT files)
  set(lines)
  foreach(file ${files})
    file(SHA256 ${folder}/${file} checksum)
    list(APPEND lines "${file} ${checksum}")
  endforeach()
  set(${result} "${lines}" PARENT_SCOPE)
endfunction()
find_program(dpkg_deb dpkg-deb)
if(dpkg_deb)
  run(${CMAKE_CPACK_COMMAND} -G DEB -B ${work} --config ${BUILD_DIR}/CPackConfig.cmake)
  file(GLOB archive ${work}/*.deb)
  run(${dpkg_deb} -x ${archive} ${work}/deb)
  checksums_in(${prefix} in_archive)
  checksums_in(${work}/deb/usr in_package)
  if(NOT in_archive OR NOT in_archive STREQUAL in_package)
    message(FATAL_ERROR "the archive has ${in_archive}\nthe .deb has ${in_package}")
  endif()
endif()
foreach(package fmt BLAS xtensor)
  run(${CMAKE_COMMAND} -G Ninja -S ${SOURCE_DIR}/tests/system/package -B ${work}/without_${package}
      -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${CXX_COMPILER} -DWITHOUT=${package})
endforeach()

# A mistake in types is told in one sentence.
execute_process(COMMAND ${CXX_COMPILER} -std=c++17 -fsyntax-only -I${prefix}/include
                        ${SOURCE_DIR}/tests/system/package/type_error.cpp
                RESULT_VARIABLE result ERROR_VARIABLE output)
string(REGEX MATCHALL "error: [^\n]*" errors "${output}")
if(NOT result OR NOT errors MATCHES "^error: [^;]*all layers of a Sequential<T> are layers of T[^;]*$")
  message(FATAL_ERROR "a type error is told as ${result}: ${output}")
endif()

# Of a project in another nothing is built by default but the library, and nothing installed.
run(${CMAKE_COMMAND} -G Ninja -S ${SOURCE_DIR}/tests/system/package/parent -B ${work}/parent/build
    -DCMAKE_CXX_COMPILER=${CXX_COMPILER})
# It would fail if there were something to install: nothing is built.
run(${CMAKE_COMMAND} --install ${work}/parent/build --prefix ${work}/parent/prefix)
if(EXISTS ${work}/parent/prefix)
  message(FATAL_ERROR "Thinnet installs files with its parent")
endif()
