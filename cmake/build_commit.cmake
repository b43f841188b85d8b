# Writes OUT with the commit that SOURCE is at, `+` if something changed since; empty outside a repository. Only when it
# is another one, so that nothing is compiled again for nothing.
find_program(GIT git)
set(commit "")
if(GIT AND EXISTS "${SOURCE}/.git")
  execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --dirty=+ --abbrev=10 --exclude=*
                  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
file(CONFIGURE OUTPUT "${OUT}" CONTENT "#define TROUPE_BUILD_COMMIT \"${commit}\"\n")
