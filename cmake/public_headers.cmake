# Copies the headers of SOURCE_DIR to TO, as users include them: <thinnet/core/matrix.hpp>. There they
# include each other by that name, too, so that a folder "core" of the user's is never taken for ours.
file(REMOVE_RECURSE ${TO})
set(headers thinnet.hpp)
foreach(folder core layers optim data training)
  file(GLOB_RECURSE found RELATIVE ${SOURCE_DIR} ${SOURCE_DIR}/${folder}/*.hpp)
  list(APPEND headers ${found})
endforeach()
foreach(header ${headers})
  file(READ ${SOURCE_DIR}/${header} text)
  string(REGEX REPLACE "#include \"(core|layers|optim|data|training)/"
                       "#include \"thinnet/\\1/" text "${text}")
  file(WRITE ${TO}/${header} "${text}")
endforeach()
