# Compiles SOURCE with -DMISTAKE: must fail with one error, which says MESSAGE in its line.

if(DEFINED ONLY_GCC_BEFORE)
  if(NOT COMPILER)
    message("skipped: no g++ here")
    return()
  endif()
  execute_process(COMMAND ${COMPILER} -dumpfullversion OUTPUT_VARIABLE version ERROR_QUIET
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT version OR NOT version VERSION_LESS ONLY_GCC_BEFORE)
    message("skipped: ${COMPILER} is version ${version}, not one before ${ONLY_GCC_BEFORE}")
    return()
  endif()
endif()

execute_process(COMMAND ${COMPILER} ${FLAGS} -DMISTAKE ${SOURCE} RESULT_VARIABLE result ERROR_VARIABLE said)
if(result EQUAL 0)
  message(FATAL_ERROR "compiles with the mistake in it")
endif()
string(REPLACE ";" "," said "${said}") # a list otherwise
string(REGEX MATCHALL "[^\n]*error:[^\n]*" errors "${said}")
list(LENGTH errors count)
# An #error does not stop GCC.
if(NOT count EQUAL 1 AND NOT DEFINED ONLY_GCC_BEFORE)
  message(FATAL_ERROR "fails with ${count} errors instead of one:\n${said}")
endif()
list(GET errors 0 first)
if(NOT first MATCHES "${MESSAGE}")
  message(FATAL_ERROR "fails, but does not say '${MESSAGE}' first:\n${said}")
endif()
message("refused, as it should be:\n${said}")
