// Internal to check*.cpp: one run over all requirements.
#pragma once

#include <array>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "solver/ask.h"
#include "solver/check.h"
#include "solver/question.h"

namespace fwproof::solver {

// What a question is about beyond the way there and back: the translations that a document's constraint wants.
enum class About : uint8_t { row, forward, loopback };

// Part of a result: one pair of zones in one family.
struct Part {
  std::string from;
  std::string to;
  model::Family family = model::Family::v4;
  Walk walk;
  Answer answer;
  bool unbound = false;   // a zone of it is not bound: packets stand for any
  Path path;              // its stops are empty unless derived
  bool touched = true;    // some device stands on the way
  About about = About::row;
  bool taking = false;    // its walk accepts what a device takes out of its way (solver/taking.h)
  bool waiting = false;   // its answer is still to come
};

// Zones of a row as addresses of one family. An unbound one stands for ANY.
model::IntervalSet row_addresses(const model::Zone& zone, model::Family family);
// Where a verdict hangs on the program or service behind a port: the rules that are bound to one take the place of the plain word.
void name_bound_rules(Part& part);
// "8474", "udp 53", "icmp".
std::string service_words(const model::Requirement& row);

bool has_several_addresses(const model::Zone& zone);
// Two roles on one host: nothing stands between them. A vendor's name that is bound to the host itself is rather a slip: it is asked, and
// nothing is found to check.
bool on_one_host(const model::Zone& a, const model::Zone& b);
// The protocol exists in one family only.
bool belongs_to_other(unsigned protocol, model::Family family);

// Roles may share a host; what a host sends to itself does not pass a firewall. Larger overlaps stay in question.
std::vector<PacketBox> to_itself(const PacketBox& box);

class Checking {
 public:
  // Binds names in the network.
  Checking(model::Network& network, const model::Requirements& requirements, const CheckOptions& options);
  Report run();

 private:
  // ---- check.cpp ----
  bool is_wanted(const model::Requirement& row) const;
  void skip(const std::string& id, std::string why) { report_.not_asked.push_back({id, std::move(why)}); }
  const model::Zone& zone(const std::string& name) const { return network_.zones.at(name); }
  // Results in the making. Their questions are gathered, so that those that are alike are asked at once, and proven while others are computed; not too many,
  // since each keeps its walks.
  static constexpr size_t kGathered = 64;
  struct Open {
    Result result;
    std::vector<Part> parts;
  };
  void finish(Result& result, std::vector<Part>& parts, const std::string& unbound_hint);
  void add_findings(Result& result, const Part& part, const std::vector<Finding>& findings, std::vector<Counterexample>& into);
  Counterexample explain(const Part& part, const Finding& finding, bool near);
  void add_way(const Part& part, const Replay& replay, Counterexample& example) const;
  void take_assumptions(Result& result, const Answer& answer);
  void accept(Result& result) const;

  void note_devices(Result& result, const Part& part) const;   // devices_seen.cpp

  // ---- check_required.cpp ----
  struct OpenRow : Open {
    static constexpr Wanted wanted = Wanted::all_pass;
    const model::Requirement* row = nullptr;
  };
  void ask_rows();
  void open_row(const model::Requirement& row);
  void settle(OpenRow& open);
  bool ask_pair(const model::Requirement& row, const std::string& from, const std::string& to, Result& result, std::vector<Part>& parts);
  bool ask_path(const model::Requirement& row, const Path& path, model::Family family, Result& result, std::vector<Part>& parts);
  void set_service(Walk& walk, const Path& path, const model::Requirement& row, Result& notes) const;
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
    About about = About::row;       // loopback: packets must arrive at the row's own port
  };
  std::string nowhere_words(const std::string& name, const model::IntervalSet& lost, model::Family family) const;
  bool ask_by_routes(const model::Requirement& row, const std::string& from, const std::string& to, model::Family family, Result& result, std::vector<Part>& parts);
  void ask_from(const Asked& asked, Result& result, std::vector<Part>& parts);
  std::vector<Known> addresses_known(const Asked& asked, Result& result);
  // limits: why there may be more.
  std::vector<Known> find_by_translation(const Asked& asked, std::vector<std::string>& limits);
  void add_translated(const Asked& asked, const model::IntervalSet& candidates, std::vector<Known>& known, std::vector<std::string>& limits);
  void end_at_service(const Asked& asked, Path& path);
  void add_service_stop(const Asked& asked, Path& path);
  model::IntervalSet facing_addresses(const model::Location& start, model::Family family) const;
  struct Taken {
    bool stays = false;             // some packet takes the way
    model::IntervalSet sources;     // with which packets arrive
    bool moved = false;             // some source is translated
  };
  Taken taken(const Asked& asked, const Path& path, const model::IntervalSet& src, const model::IntervalSet& dst);
  // solver/staying.cpp
  bool passes_all(const model::Stop& stop, const model::Stage& stage, model::Family family);
  model::IntervalSet staying(const Path& path, model::Family family, const model::IntervalSet& dst);
  std::optional<Taken> plainly_taken(const Path& path, model::Family family, const model::IntervalSet& src, const model::IntervalSet& starts);
  std::map<std::tuple<const model::Policy*, uint32_t, model::Field, const model::InterfaceFact*>, bool> meets_nothing_;   // by chain and interface
  // solver/quiet.cpp
  Answer ask_or_recall(const Walk& walk);
  static void fold_quiet(std::vector<Part>& parts, size_t first);
  std::unordered_map<std::string, Answer> quiet_;
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
  struct Places {
    std::vector<model::Location> locations;
    model::IntervalSet lost;         // addresses that are nowhere
  };
  const Places& target_places(const std::string& to, model::Family family);
  std::map<std::pair<std::string, model::Family>, Places> target_places_;
  std::vector<model::Location> target_locations(const std::string& to, model::Family family, model::IntervalSet& lost) const;
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
  // ---- check_forwards.cpp: translations that lead from outside to a private address ----
  // A row that lets anyone in, and one of its targets, with private addresses in the family.
  struct Demand {
    const model::Requirement* row;
    std::string from;
    std::string to;
    model::Family family;
  };
  // What a question of a constraint gathers until its verdict.
  struct Gathered {
    std::vector<Part> parts;
    std::string unplaced;                     // not empty: a device may stand anywhere, so that nothing surely fails
    // Ports in words: {"udp ", "edge (203.0.113.2)", "not forwarded"}; {"", "203.0.113.2", "SERVER"}.
    std::map<std::array<std::string, 3>, model::IntervalSet> failing, working;
  };
  std::optional<std::vector<Demand>> demands_of(const model::Constraint& constraint, Result& result, const char* what);
  bool has_router(const std::vector<std::string>& targets, Result& result) const;
  std::vector<model::Location> outside_places(const Demand& demand);
  bool is_by_other_family(const Demand& demand, Result& result);
  bool has_public_address(const model::Location& place, model::Family family, Result& result) const;
  std::vector<Known> leading_destinations(const Asked& asked, bool all, std::vector<Known>* by_other_ports, std::vector<std::string>& limits);
  std::vector<Part> ask_forward(const Asked& asked, const model::IntervalSet& dst, Result& notes);
  bool is_reached(const std::string& to, model::Family family, model::u128 address) const;
  std::string translation_words(const Part& part, const Finding& finding) const;
  void tell_translation(const Part& part, const Finding& finding, Counterexample& example) const;
  void add_near_translations(const Part& part, const Finding& finding, Counterexample& example) const;
  void note_foreign(const Asked& asked, const model::IntervalSet& dst, Result& result);
  std::vector<model::Location> spare_places(const Demand& demand, const std::vector<model::Location>& places) const;
  bool is_role_in(const model::InterfaceFact& interface, model::Family family) const;
  void note_spare(const Demand& demand, const model::Location& place, Result& result);
  std::string router_words(const Part& part, const Finding* finding) const;
  bool has_address(const model::Device& device, model::Family family, model::u128 address) const;
  void note_failing(const model::Requirement& row, const Part& part, const std::string& more, Gathered& gathered) const;
  void finish_constraint(Result& result, Gathered& gathered);
  void summarise_translations(Result& result, const Gathered& gathered, const char* what) const;
  void ask_port_forward(const model::Constraint& constraint, Result& result);    // check_port_forward.cpp
  void ask_forward_by_routes(const Demand& demand, Result& result, Gathered& gathered);
  void ask_forward_from(const Asked& asked, Result& result, Gathered& gathered);
  std::vector<Part> ask_unforwarded(const Asked& asked, Result& notes);
  void note_translations(const model::Requirement& row, const std::vector<Part>& parts, const std::string& at, const std::vector<Known>& other_ports, Gathered& gathered) const;
  void ask_forward_as_listed(const Demand& demand, Result& result, Gathered& gathered);
  void ask_nat_loopback(const model::Constraint& constraint, Result& result);    // check_nat_loopback.cpp
  struct Clients {
    std::string zone;
    model::Location place;
    const model::Device* sender = nullptr;
  };
  std::vector<Clients> clients_of(const model::Constraint& constraint, const Demand& demand, Result& result);
  model::IntervalSet addresses_from_outside(const Demand& demand, const Clients& clients, Result& result);
  void ask_loopback(const Demand& demand, const Clients& clients, Result& result, Gathered& gathered);
  void ask_alternative(const Demand& demand, const Clients& clients, const model::Declaration& declaration, Result& result, Gathered& gathered);
  std::string router_name() const;
  void add_wrong_name(const Demand& demand, const Clients& clients, const model::Device& device, const model::HostName& entry, std::vector<Counterexample>& wrong) const;
  void summarise_loopback(Result& result, const Gathered& gathered, const model::Declaration* declaration) const;
  bool hosts_file_leads_to(const model::Declaration& declaration, const Demand& demand, const Clients& clients, Result& result, std::vector<Counterexample>& wrong) const;
  void ask_static_address(const model::Constraint& constraint, Result& result);  // check_static_address.cpp

  // ---- check_not_intercepted.cpp ----
  // What is found on the ways of a document's rows.
  struct Taking {
    Result& result;
    std::vector<Part> parts;         // those that say something
    bool touched = false;            // a device with an export stands on some way
    bool in_question = false;        // some packet is
    std::set<std::string> unbound;   // roles
  };
  // Packets of a row on one way. ports: as sent. translated: to an address that leads to the target by translation.
  struct Sent {
    const model::Requirement& row;
    model::Family family;
    PacketBox box;
    bool translated = false;
  };
  void ask_not_intercepted(const model::Constraint& constraint, Result& result);
  void ask_taking(const model::Requirement& row, const std::string& from, const std::string& to, model::Family family, Taking& taking);
  void ask_taking_by_routes(const model::Requirement& row, const std::string& from, const std::string& to, model::Family family, Taking& taking);
  void ask_taking_from(const Asked& asked, Taking& taking);
  void ask_taking_on(const Sent& sent, const Path& path, Taking& taking);
  void ask_taking_at(const Sent& sent, const Path& path, const std::vector<WalkLeg>& legs, size_t at, Taking& taking);
  void ask_where_it_ends(const Sent& sent, const Path& path, const std::vector<WalkHop>& hops, Taking& taking);
  bool ask_taken(const Sent& sent, const Path& path, const WalkLeg& leg, std::vector<WalkHop> hops, const model::Policy* accepting, Taking& taking);
  bool name_unreadable(const Path& path, model::Family family, Taking& taking) const;
  const model::Policy* keep_policy(model::Policy policy);
  void explain_taking(const Part& part, const Finding& finding, Counterexample& example) const;
  void summarise_taking(Result& result, const std::vector<Part>& parts) const;
  std::map<std::tuple<const model::Policy*, model::Family, model::Hook, size_t, std::string, bool>, const model::Policy*> taking_policies_;
  std::map<std::pair<const model::Policy*, model::Hook>, std::vector<size_t>> taking_stages_;

  // ---- check_exposure.cpp ----
  struct Service {
    unsigned protocol;
    model::IntervalSet ports;
    friend auto operator<=>(const Service& a, const Service& b) { return a.key() <=> b.key(); }
    friend bool operator==(const Service& a, const Service& b) { return a.key() == b.key(); }
    std::pair<unsigned, std::vector<std::pair<uint64_t, uint64_t>>> key() const;
  };
  struct OpenExposure : Open {
    static constexpr Wanted wanted = Wanted::none_pass;
    Closed closed;
    bool grant_unbound = false;   // a role that the table lets in has no addresses
    bool touched = false;         // some device stands on the way
  };
  void gather(std::variant<OpenRow, OpenExposure> open);
  void answer_gathered();
  void ask_exposures();
  void ask_closed(const Closed& closed);
  void open_exposure(OpenExposure& open, const std::vector<PacketBox>& v4, const std::vector<PacketBox>& v6, bool tcp);
  void open_exposure_on(OpenExposure& open, model::Family family, const Path& given, std::vector<PacketBox> boxes, bool tcp);
  void settle(OpenExposure& open);
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

  model::Network& network_;
  const model::Requirements& requirements_;
  CheckOptions options_;                                     // own copy: its limits share the run's budget
  Budget budget_;
  std::map<const model::Device*, model::AddressSet> locals_;
  std::list<model::Device> arrivals_;                        // see add_arrival
  model::Ways ways_;
  std::optional<ProofSession> own_proofs_;                   // where options bring none
  ProofSession& proofs_;
  std::vector<std::variant<OpenRow, OpenExposure>> gathered_;
  Report report_;
};

}  // namespace fwproof::solver
