// Answers to requirements: verdict, exact regions, deciding rules, and what the answer rests on. Flat data for report/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/evaluate.h"
#include "model/network.h"
#include "model/requirement.h"

namespace fwproof::solver {

enum class Truth { holds, violated, cannot_tell };
enum class Kind { required, exposure, constraint };

// A set of packets: the product of its sets. Fields without an entry: any value.
struct Region {
  model::Family family = model::Family::v4;
  std::map<model::Field, model::IntervalSet> sets;  // src and dst included
};

// A rule (or chain end) of a device, with its place.
struct Decider {
  std::string device;
  model::Origin origin;        // line 0: the device's default
  std::string rule;            // name of the rule, or "policy DROP of filter/INPUT"
  std::string chain;
  model::Verdict verdict = model::Verdict::drop;
  std::string did;             // "translated by", "routed by": where the verdict's own word would not do; may be empty
};

// Why a rule that looks right does not apply to a counterexample.
struct NearMiss {
  Decider rule;
  std::string why;             // "its source 192.0.2.0/25 does not include 192.0.2.200", "it is disabled", "an earlier rule decides"
};

// A packet at one hop of its way.
struct HopSeen {
  std::string device;
  model::Hook hook = model::Hook::input;
  model::Packet in;            // as it enters
  model::Packet out;           // as it leaves, or as it was when it was decided
  model::Verdict verdict = model::Verdict::depends;
  bool decided = false;        // false: no rule or chain end decided (nothing is looked at there, or it is not known which)
  Decider decided_by;
  bool arrived = true;         // hook input: false when it was sent on to another host; hook output: when it stayed at its own
  bool another_way = false;    // the device's routes send it another way than the walk takes; verdict accept, nobody decided
  // By which interfaces, and the route that says so, where the site tells; may be empty.
  std::string in_interface = {};
  std::string out_interface = {};
  std::string route = {};
};

struct Counterexample {
  Region region;
  model::Packet packet;        // one packet of the region, as the client sends it (leg 2 too: described by its connection)
  std::string leg;             // "SYN", "SYN-ACK", "ACK", "request", "reply"; empty for exposures
  std::string from_zone;       // "ADM"
  std::string to_zone;
  std::vector<Decider> decided_by;
  bool all_deciders = true;    // false: other rules decide some of the region, too
  std::vector<model::Step> trail;   // of the packet on the deciding device
  std::vector<NearMiss> near_misses;
  std::string note;            // "sent on to 203.0.113.7", …
  std::vector<HopSeen> hops;   // the packet of that leg, hop by hop
};

// What one device on the way does with the packets in question.
struct DeviceSeen {
  // From best to worst: the worst of all packets counts.
  enum class Does : uint8_t {
    passes,       // lets all of them through
    not_reached,  // … and some are stopped before they come here
    depends,
    leads_astray, // translates some of them so that they, or their answers, come to another place
    stops,        // some of them
  };
  std::string device;
  bool is_host = false;        // the own firewall of a source or target; false: it stands between them
  Does does = Does::passes;
};

// One statement of a constraint's answer, with its line.
struct Evidence {
  Truth truth = Truth::holds;
  std::string text;            // "SERVER's 192.168.1.10 is in the DHCP pool LAN of edge: 192.168.1.10-192.168.1.99"
  model::Origin origin;        // line 0: none
};

struct Proof {
  // "z3" or "none" (nothing was asked).
  std::string by = "none";
  uint32_t queries = 0;        // claims that Z3 was asked about, on which it rests; other results may rest on them, too
  uint32_t shared = 0;         // of these, equal to one that Z3 had answered before (solver/question_text.h)
  uint32_t slice = 0;          // rules in the slices, largest question
  double z3_ms = 0;

  void add(const Proof& other) {
    if (other.by != "none") by = other.by;
    queries += other.queries;
    shared += other.shared;
    slice = std::max(slice, other.slice);
    z3_ms += other.z3_ms;
  }
  Proof since(const Proof& before) const {
    Proof more = *this;
    more.queries -= before.queries;
    more.shared -= before.shared;
    more.z3_ms -= before.z3_ms;
    return more;
  }
};

struct Result {
  std::string id;
  Kind kind = Kind::required;
  Truth truth = Truth::cannot_tell;
  bool warning = false;        // severity
  bool optional = false;
  std::string summary;         // "ADM cannot reach MGMT:8474"
  std::string spec;
  // The question's own words, for tables.
  std::vector<std::string> from;
  std::vector<std::string> to;
  unsigned protocol = 6;
  std::string ports;           // "8474"; "other" for unlisted ports
  std::string description;
  model::Citation citation;
  std::string reading;
  bool complete = false;       // the list of counterexamples is proven complete
  std::vector<Counterexample> counterexamples;
  std::vector<Counterexample> undecided;
  std::vector<model::Dependence> depends_on;
  std::vector<model::Assumption> assumes;
  std::vector<DeviceSeen> devices;    // of required rows: those on the way
  std::vector<Evidence> evidence;     // of a constraint, part by part
  std::vector<std::string> reasons;   // plain sentences: "nothing to check: …", "IPv6 not checked: …", "limit reached: …"
  std::string accepted;        // the site's reason, when the site accepts all that was found: still violated, but it does not fail the run
  Proof proof;
  std::string fault;           // not empty: regions and proof disagree; our bug (exit 5), with a reproduction
};

struct NotAsked {
  std::string id;
  std::string why;
};

struct Report {
  std::vector<Result> results;
  std::vector<NotAsked> not_asked;
  Proof proofs;                // all of them, each counted once
};

}  // namespace fwproof::solver
