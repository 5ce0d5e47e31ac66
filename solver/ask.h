// One walk, one question: regions, their proof by Z3, and a replayed packet for each of them.
#pragma once

#include <string>
#include <vector>

#include "solver/encode.h"
#include "solver/flow.h"
#include "solver/limits.h"
#include "solver/replay.h"
#include "solver/result.h"
#include "solver/walk.h"

namespace fwproof::solver {

enum class Wanted {
  all_pass,   // a required row: every packet passes every leg
  none_pass,  // exposure: no packet passes
};

// A box of packets and what became of it. Where the answer comes back from elsewhere (replay.foreign_answer), nobody decided.
struct Finding {
  size_t leg = 0;
  PacketBox box;
  model::Packet client;
  Replay replay;
  std::vector<Decision> decided_by;
  bool all_deciders = true;         // false: others decide some of it, too
};

// Packets that arrive with another destination than the client gave them.
struct Moved {
  PacketBox box;
  model::Packet client;
  Replay replay;            // of leg 0
};

// What one rule opens, as boxes.
struct OpenedBy {
  Decision by;
  std::vector<PacketBox> surely;
  std::vector<PacketBox> perhaps;
  bool listed_all = true;           // false: it opens more than these
};

struct Answer {
  bool empty = false;               // nothing in question
  std::vector<Finding> breaks;
  std::vector<Finding> undecided;
  bool listed_all = true;           // every box that breaks is listed
  bool all_break = false;           // nothing in question is fine or undecided
  bool all_staying_break = false;   // the same of what does not take another way on leg 0 under every assignment; something stays
  bool any_breaks = false;          // also where a limit kept every box off the list
  bool any_undecided = false;
  bool any_stays = true;            // some packet in question, under some assignment, does not take another way on leg 0
  std::vector<Moved> moved_address; // leg 0 passes, at another address: some of them
  std::vector<Moved> moved_port;    // … at another port
  std::vector<Moved> sent_on;       // leg 0 is sent on to another host by a routing decision
  std::vector<model::Dependence> depends_on;
  std::vector<model::Assumption> assumes;
  Proof proof;
  bool proven = true;               // Z3 confirmed what is claimed
  std::string limit;                // not empty: a limit was reached
  std::string fault;                // not empty: regions, Z3 and evaluator disagree
};

// proofs: the Z3 to ask, shared between questions; nullptr: regions only.
// opened: if given, filled with what each accepting rule opens on leg 0.
Answer ask(const Walk& walk, Wanted wanted, const Limits& limits, ProofSession* proofs, std::vector<OpenedBy>* opened = nullptr);

struct AskedWalk {
  const Walk* walk = nullptr;
  Wanted wanted = Wanted::all_pass;
};
// The same for several walks, in their order. Those that differ in nothing but what is in question share a proof: each says how many queries to
// Z3 it rests on, the others' too. Z3 is asked beside the computing of regions where the session has a thread for it.
std::vector<Answer> ask_all(const std::vector<AskedWalk>& asked, const Limits& limits, ProofSession* proofs);

}  // namespace fwproof::solver
