# Open MPI in a container, as root, with more processes than cores. From SIGTERM to SIGKILL a rank
# has three seconds, for other work may run beside.
set(mpirun
    env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
    OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_plm=isolated
    OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_odls_base_sigkill_timeout=3
    MPIEXEC_TIMEOUT=3600 ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG})
# Open MPI's own leaks are not ours. The path of their list is relative, for a space in a longer one
# would end the option.
set(told_leaks ASAN_OPTIONS=detect_leaks=1:fast_unwind_on_malloc=0
               LSAN_OPTIONS=suppressions=tests/system/mpi/leaks.txt:print_suppressions=0)

add_executable(mpi_training_tests system/mpi/training_on_ranks_test.cpp)
target_link_libraries(mpi_training_tests PRIVATE thinnet_mpi thinnet_flags
                                                 GTest::gtest)
target_compile_definitions(mpi_training_tests PRIVATE THINNET_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_precompile_headers(mpi_training_tests REUSE_FROM core_tests)
foreach(ranks 1 2 4)
  add_test(NAME Mpi.TrainingOn${ranks}Ranks
           COMMAND env ${told_leaks} ${mpirun} ${ranks} $<TARGET_FILE:mpi_training_tests>
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(Mpi.TrainingOn${ranks}Ranks PROPERTIES ENVIRONMENT OMP_NUM_THREADS=1
                                                              PROCESSORS 2)
endforeach()

if(THINNET_EXAMPLES)
  thinnet_test(mpi_programs_tests system/mpi/programs_on_ranks_test.cpp)
  # Leaks of the programs are told without MPI: beside Open MPI's they take five times as long.
  list(PREPEND mpirun env ASAN_OPTIONS=detect_leaks=0)
  list(JOIN mpirun " " mpirun_words)
  target_compile_definitions(
    mpi_programs_tests PRIVATE THINNET_BUILD_DIR="${PROJECT_BINARY_DIR}"
                               THINNET_MPIRUN="${mpirun_words}")
  target_link_libraries(mpi_programs_tests PRIVATE nlohmann_json::nlohmann_json)
  add_dependencies(mpi_programs_tests dropout_cifar10 dropout_study train_cifar10)
endif()
