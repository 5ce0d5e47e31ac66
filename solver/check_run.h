// Internal to check*.cpp: one run over all requirements.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "solver/ask.h"
#include "solver/check.h"
#include "solver/question.h"

namespace fwproof::solver {

// Part of a result: one pair of zones in one family.
struct Part {
  std::string from;
  std::string to;
  model::Family family = model::Family::v4;
  Walk walk;
  Answer answer;
  bool unbound = false;   // a zone of it is not bound: packets stand for any
  Path path;              // empty unless derived
  bool touched = true;    // some device stands on the way
};

// Roles may share a host; what a host sends to itself does not pass a firewall. Larger overlaps stay in question.
std::vector<PacketBox> to_itself(const PacketBox& box);

class Checking {
 public:
  Checking(const model::Network& network, const model::Requirements& requirements, const CheckOptions& options);
  Report run();

 private:
  // ---- check.cpp ----
  bool is_wanted(const model::Requirement& row) const;
  void skip(const std::string& id, std::string why) { report_.not_asked.push_back({id, std::move(why)}); }
  const model::Zone& zone(const std::string& name) const { return network_.zones.at(name); }
  void finish(Result& result, std::vector<Part>& parts, const std::string& unbound_hint);
  void add_findings(Result& result, const Part& part, const std::vector<Finding>& findings, std::vector<Counterexample>& into);
  Counterexample explain(const Part& part, const Finding& finding, bool near);
  void add_way(const Part& part, const Replay& replay, Counterexample& example) const;
  void take_assumptions(Result& result, const Answer& answer);
  void accept(Result& result) const;

  void note_devices(Result& result, const Part& part) const;   // devices_seen.cpp

  // ---- check_required.cpp ----
  void ask_row(const model::Requirement& row);
  bool ask_pair(const model::Requirement& row, const std::string& from, const std::string& to, Result& result, std::vector<Part>& parts);
  bool ask_path(const model::Requirement& row, const Path& path, model::Family family, Result& result, std::vector<Part>& parts);
  void set_service(Walk& walk, const Path& path, const model::Requirement& row) const;
  void summarise_row(const model::Requirement& row, Result& result, const std::vector<Part>& parts) const;

  // One side of the closed world: what a host accepts (inbound) or what it may reach (outbound).
  struct Closed {
    std::string host;
    bool inbound = true;
  };
  // ---- check_site.cpp: where the site tells its devices' places ----
  // Destinations that a client may write to reach the target, and how they were found.
  struct Known {
    model::IntervalSet dst;
    model::IntervalSet dst_port;   // empty: the row's own
    std::string how;               // an assumption; may be empty
  };
  struct Asked {
    const model::Requirement* row;
    std::string from;
    std::string to;
    model::Family family;
    const model::Location* start;
    const model::Device* sender;
  };
  std::string nowhere_words(const std::string& name, const model::IntervalSet& lost, model::Family family) const;
  bool ask_by_routes(const model::Requirement& row, const std::string& from, const std::string& to, model::Family family, Result& result, std::vector<Part>& parts);
  void ask_from(const Asked& asked, Result& result, std::vector<Part>& parts);
  std::vector<Known> addresses_known(const Asked& asked, Result& result);
  std::vector<Known> find_by_translation(const Asked& asked);
  void add_translated(const Asked& asked, const model::IntervalSet& candidates, std::vector<Known>& known);
  model::IntervalSet facing_addresses(const model::Location& start, model::Family family) const;
  struct Taken {
    bool stays = false;             // some packet takes the way
    model::IntervalSet sources;     // with which packets arrive
    bool moved = false;             // some source is translated
  };
  Taken taken(const Asked& asked, const Path& path, const model::IntervalSet& src, const model::IntervalSet& dst);
  std::vector<Known> outside_addresses(const Asked& asked);
  std::vector<Part> ask_known(const Asked& asked, const Known& known, Result& notes);
  void check_coverage(const Asked& asked, const std::vector<Part>& parts, const model::IntervalSet& src, const Known& known, Result& notes) const;
  std::vector<Path> paths_by_routes(const Asked& asked, const model::IntervalSet& dst, const model::IntervalSet& src, bool answers, std::vector<std::string>& reasons);
  void add_answers(const Asked& asked, const Path& path, const model::Way& way, const model::IntervalSet& src, const Taken& seen, std::vector<Path>& paths, std::vector<std::string>& reasons);
  bool returns_outside(const Asked& asked, const model::Way& answer);
  model::IntervalSet surely_reached(const std::vector<Part>& parts, const model::IntervalSet& sent_to) const;
  model::IntervalSet arriving_at(const std::vector<Part>& parts, model::Field field) const;
  void note_routing_gaps(const std::vector<model::Stop>& stops, Result& result) const;
  bool is_itself(const model::Zone& role, const model::Device& device) const;
  void name_unplaced(Result& result) const;
  std::vector<model::Location> target_locations(const std::string& to, model::Family family, model::IntervalSet& lost);
  std::vector<const model::Device*> hosts_of(const std::string& zone) const;
  std::vector<std::pair<Path, std::vector<PacketBox>>> exposure_paths(const Closed& closed, model::Family family, const std::vector<PacketBox>& boxes, Result& result);
  const model::StatedPath* stated_path(const std::string& from, const std::string& to) const;

  // ---- check_arrival.cpp ----
  model::Policy* add_arrival(Path& path, model::Family family);
  void ask_by_arrival(Path& path, Part& part);
  void note_moved(const std::string& service, const Path& path, const Answer& answer, Result& result) const;
  void note_sent_on(const Path& path, const Answer& answer, Result& result) const;

  // ---- check_constraints.cpp: one result for each constraint ----
  void ask_constraint(const model::Constraint& constraint);
  // The hosts that it is about.
  std::vector<std::string> protected_zones(const model::Constraint& constraint) const;
  std::vector<const model::Requirement*> rows_of(const model::Constraint& constraint) const;
  const model::Declaration* declared(const model::Constraint& constraint) const;
  void ask_port_forward(const model::Constraint& constraint, Result& result);    // check_port_forward.cpp
  void ask_nat_loopback(const model::Constraint& constraint, Result& result);    // check_nat_loopback.cpp
  void ask_static_address(const model::Constraint& constraint, Result& result);  // check_static_address.cpp
  void ask_not_intercepted(const model::Constraint& constraint, Result& result); // check_not_intercepted.cpp

  // ---- check_exposure.cpp ----
  struct Service {
    unsigned protocol;
    model::IntervalSet ports;
    friend auto operator<=>(const Service& a, const Service& b) { return a.key() <=> b.key(); }
    friend bool operator==(const Service& a, const Service& b) { return a.key() == b.key(); }
    std::pair<unsigned, std::vector<std::pair<uint64_t, uint64_t>>> key() const;
  };
  void ask_exposures();
  void ask_closed(const Closed& closed);
  void ask_exposure(Result& result, const Closed& closed, const std::vector<PacketBox>& v4, const std::vector<PacketBox>& v6, bool tcp);
  void ask_exposure_on(const Closed& closed, model::Family family, const Path& given, std::vector<PacketBox> boxes, bool tcp, Result& result,
                       std::vector<Part>& parts, bool& grant_unbound);
  void name_gaps(Result& result, const Closed& closed, const std::vector<PacketBox>& asked) const;
  std::vector<PacketBox> granted(const Closed& closed, model::Family family, bool& unbound) const;
  std::vector<PacketBox> boxes_for(const Closed& closed, model::Family family, const Service& service) const;
  std::vector<PacketBox> unlisted_boxes(const Closed& closed, model::Family family, bool tcp) const;
  model::IntervalSet outside(const Closed& closed, model::Family family) const;
  model::IntervalSet inside(const Closed& closed, model::Family family) const;
  std::set<Service> listed_services(const Closed& closed) const;
  std::optional<model::Closure> closure_of(const Closed& closed) const;
  bool any_destination_breaks(const Part& part) const;
  std::string translated_words(const std::string& host, const std::vector<Part>& parts) const;
  void summarise_exposure(Result& result, const Closed& closed, const std::vector<Part>& parts, const std::string& service) const;

  model::Network network_;                                   // own copy: names are bound in it
  const model::Requirements& requirements_;
  const CheckOptions& options_;
  std::map<const model::Device*, model::AddressSet> locals_;
  std::list<model::Device> arrivals_;                        // see add_arrival
  model::Ways ways_;
  ProofSession proofs_;
  Report report_;
};

}  // namespace fwproof::solver
