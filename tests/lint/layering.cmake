# Who may include whom (docs/architecture.md). Reads every source, prints every breach.
cmake_minimum_required(VERSION 3.25)

set(model_may model)
set(importers_may model importers)
set(specs_may model specs)
set(solver_may model solver)
set(report_may model solver report)
set(cli_may model importers specs solver report cli)

# header pattern ; folders that may include it
set(foreign
  "z3" solver
  "nlohmann/" "specs|report|importers|cli"
  "CLI/" cli
  "openssl/" specs)

set(breaches "")
macro(breach text)
  string(APPEND breaches "${text}\n")
endmacro()

function(check_foreign file folder included)
  set(pairs ${foreign})
  while(pairs)
    list(POP_FRONT pairs prefix allowed)
    if(included MATCHES "^${prefix}" AND NOT folder MATCHES "^(${allowed})$")
      breach("${file}: ${folder}/ must not include <${included}>")
    endif()
  endwhile()
  if(included MATCHES "^z3" AND file MATCHES "^solver/(check|limits|result)\\.h$")
    breach("${file}: a public header must not include <${included}>")
  endif()
  if(included MATCHES "^nlohmann/" AND NOT included STREQUAL "nlohmann/json_fwd.hpp" AND file MATCHES "\\.h$")
    breach("${file}: <${included}> is slow to compile and belongs into a .cpp file")
  endif()
  set(breaches "${breaches}" PARENT_SCOPE)
endfunction()

function(check_own file folder included)
  string(REGEX REPLACE "/.*" "" target "${included}")
  if(NOT target IN_LIST ${folder}_may)
    breach("${file}: ${folder}/ must not include \"${included}\"")
  endif()
  # One format's folder never includes another's.
  if(folder STREQUAL "importers" AND file MATCHES "^importers/([^/]+)/" AND NOT CMAKE_MATCH_1 STREQUAL "text")
    set(format ${CMAKE_MATCH_1})
    if(included MATCHES "^importers/([^/]+)/" AND NOT CMAKE_MATCH_1 MATCHES "^(text|${format})$")
      breach("${file}: one importer must not include another's \"${included}\"")
    endif()
  endif()
  # Of the importers, the rest sees only the registry and the contract.
  if(folder MATCHES "^(cli|report)$" AND included MATCHES "^importers/[^/]+/")
    breach("${file}: only importers/registry.h and importers/importer.h are public, not \"${included}\"")
  endif()
  set(breaches "${breaches}" PARENT_SCOPE)
endfunction()

foreach(folder model importers specs solver report cli)
  file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${folder}/*.h ${ROOT}/${folder}/*.cpp)
  foreach(file ${files})
    file(STRINGS ${ROOT}/${file} lines REGEX "^#include ")
    foreach(line ${lines})
      if(line MATCHES "^#include <([^>]+)>")
        check_foreign("${file}" ${folder} "${CMAKE_MATCH_1}")
      elseif(line MATCHES "^#include \"([^\"]+)\"")
        set(included ${CMAKE_MATCH_1})
        check_own("${file}" ${folder} "${included}")
      endif()
    endforeach()
  endforeach()
endforeach()

if(breaches)
  message(FATAL_ERROR "layering:\n${breaches}")
endif()
