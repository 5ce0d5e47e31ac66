// What must hold, ready to be asked: rows of a specification with their roles, and the closed world around them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/interval_set.h"
#include "model/source.h"

namespace fwproof::model {

struct Citation {
  std::string document;  // title
  std::string revision;
  std::string file;
  uint32_t line = 0;     // 0: none
  std::string sha256;    // of the cited line; of the document when line is 0
  friend bool operator==(const Citation&, const Citation&) = default;
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
  bool dynamic_rpc = false; // RPC assigns the service one of `ports` at run time
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

// What a document demands beyond rows (docs/semantics.md, section 13).
struct Constraint {
  enum class Kind : uint8_t {
    port_forward,     // routers forward the ports of ANY's rows to a server with a private address
    nat_loopback,     // clients inside reach the server by its public address
    static_address,   // the server's address is internal, fixed, and in no DHCP pool
    not_intercepted,  // nothing on the way takes the flows of the rows to another place
  };
  Kind kind = Kind::port_forward;
  std::string id;                  // "evo-nat-router/nat-loopback"
  std::string spec;
  std::vector<std::string> from;   // zones
  std::vector<std::string> to;     // zones
  std::vector<std::string> alternatives;
  Citation citation;
};
constexpr Constraint::Kind kConstraintKinds[] = {Constraint::Kind::port_forward, Constraint::Kind::nat_loopback, Constraint::Kind::static_address,
                                                 Constraint::Kind::not_intercepted};
std::string_view to_text(Constraint::Kind kind);   // "port-forward"

// What a site states for a constraint.
struct Declaration {
  std::string constraint;          // its id
  std::string alternative;         // nat-loopback: "internal-dns", "hosts-file", "internal-address"; static-address-outside-dhcp: "static"
  std::string name;                // hosts-file: the name that clients use
  std::string reason;
  Origin origin;
};

struct Requirements {
  std::vector<Requirement> rows;
  std::vector<Closure> closures;
  std::vector<Constraint> constraints;
  std::vector<Declaration> declarations;
};

}  // namespace fwproof::model
