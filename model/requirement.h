// What must hold, ready to be asked: rows of a specification with their roles, and the closed world around them.
#pragma once

#include <string>
#include <vector>

#include "model/interval_set.h"

namespace fwproof::model {

struct Citation {
  std::string document;  // title
  std::string revision;
  std::string file;
  uint32_t line = 0;     // 0: none
  std::string sha256;    // of the cited line; of the document when line is 0
};

// One row: every member of each `from` zone reaches every member of each `to` zone.
struct Requirement {
  std::string id;           // "mailstore-spe-multi/8474-ADM-MGMT"
  std::string spec;         // "mailstore-spe-multi"
  std::vector<std::string> from;
  std::vector<std::string> to;
  unsigned protocol = 6;    // IANA number
  IntervalSet ports;        // destination ports; empty for protocols without ports
  IntervalSet src_ports;    // default 1024-65535
  bool optional = false;
  std::string program;      // the service's program where the row states it
  std::string service;
  std::string description;
  std::string reading;      // how an open point of the document was read
  Citation citation;
};

enum class Strictness { violation, warning, ignore };

// "This table lists all ports": what else is open at the table's targets.
struct Closure {
  std::string spec;
  Strictness tcp = Strictness::warning;
  Strictness other = Strictness::warning;
  Citation citation;
};

struct Requirements {
  std::vector<Requirement> rows;
  std::vector<Closure> closures;
};

}  // namespace fwproof::model
