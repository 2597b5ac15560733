# The layers ir <- runtime <- passes <- codegen <- frontend, as object libraries that end up in libtjit.

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without these it does not keep what is compiled with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

add_library(tjit_options INTERFACE)
# Eager kernels, the constant folder and generated code must agree bit for bit: no contraction, wrapping integers.
target_compile_options(tjit_options INTERFACE -ffp-contract=off -fno-math-errno -fwrapv -Wall -Wextra -Wpedantic -Wshadow
  -Wno-psabi -Wno-gcc-compat $<$<BOOL:${TJIT_WERROR}>:-Werror>)
target_include_directories(tjit_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/ir ${CMAKE_SOURCE_DIR}/frontend)
if(TJIT_SANITIZE)
  # `function` reads a mark in front of whatever a pointer calls, which generated code lacks.
  target_compile_options(tjit_options INTERFACE -fsanitize=${TJIT_SANITIZE} -fno-sanitize=function -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(tjit_options INTERFACE -fsanitize=${TJIT_SANITIZE})
endif()
if(TJIT_FUZZ)  # what libFuzzer steers by
  target_compile_options(tjit_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Destructors of the user's globals and threads that run on while the process ends use the libraries until the very end:
# what lives as long as the process is never destroyed.
set(tjit_library_warnings -Wexit-time-destructors)

# tjit_precompile(<target> <headers>...): to read the headers that most files include takes longer than to compile most
# files. The same headers give the same bytes, which ccache asks for.
set(tjit_standard_headers ${CMAKE_SOURCE_DIR}/cmake/standard_headers.h)
function(tjit_precompile target)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>)
  target_precompile_headers(${target} PRIVATE ${ARGN})
endfunction()

# tjit_layer(<folder>): every .cpp of the current folder, of its families of ops and of its file formats becomes layer
# `tjit_<folder>`. The test `layers` checks that includes go downwards only.
function(tjit_layer name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/ops/*.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/composite/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/io/*.cpp
    ${CMAKE_CURRENT_SOURCE_DIR}/routines/*.cpp)
  add_library(tjit_${name} OBJECT ${sources})
  target_link_libraries(tjit_${name} PUBLIC tjit_options)
  target_compile_options(tjit_${name} PRIVATE ${tjit_library_warnings})
  tjit_precompile(tjit_${name} ${tjit_standard_headers})
endfunction()
