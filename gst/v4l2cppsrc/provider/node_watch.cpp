#include "provider/node_watch.h"

#include <algorithm>
#include <future>
#include <optional>
#include <system_error>
#include <utility>

#include "common/overloaded.h"
#include "device/node_list.h"
#include "provider/mailbox.h"
#include "provider/provider_log.h"

namespace v4l2gst {
namespace {

/// Asks the node in a thread of its own. If there can be no more threads, asks it in this one.
void ask_apart(std::shared_ptr<v4l2::Kernel> kernel, Inventory::Question question,
               std::shared_ptr<Mailbox> mailbox) {
  auto ask = [kernel = std::move(kernel), question = std::move(question),
              mailbox = std::move(mailbox)] {
    auto answer = ask_node(*kernel, question.node, question.known.get());
    if (!answer)
      GST_DEBUG("'%s' is not listed: %s", question.node.path.c_str(), describe(answer.error()));
    mailbox->put(Answered{.key = question.key, .answer = std::move(answer)});
  };
  try {
    std::thread{ask}.detach();
  } catch (const std::system_error&) {
    ask();
  }
}

/// What the watch's thread does.
class Watcher {
public:
  Watcher(NodeWatch::Setup setup, NodeWatch::Tell tell, std::shared_ptr<Mailbox> mailbox,
          std::promise<void> first_told)
      : setup_{std::move(setup)},
        tell_{std::move(tell)},
        mailbox_{std::move(mailbox)},
        first_told_{std::move(first_told)} {}

  void run() {
    g_main_context_push_thread_default(mailbox_->context());
    {
      // The source comes first, so that nothing is missed that changes after the first look.
      const auto source = setup_.changes ? setup_.changes([mailbox = mailbox_](Change change) {
        mailbox->put(std::move(change));
      })
                                         : nullptr;
      look({});
      while (!mailbox_->ended()) {
        if (!inventory_.asking()) tell_first();
        if (source) source->look_again(inventory_.depends_on_time());
        auto mail = mailbox_->take();
        if (mail.empty())
          g_main_context_iteration(mailbox_->context(), TRUE);
        else
          read(std::move(mail));
      }
    }
    g_main_context_pop_thread_default(mailbox_->context());
  }

private:
  void look(const std::vector<Change>& changes) {
    act_on(inventory_.look(v4l2::list_nodes(*setup_.kernel), changes));
  }

  /// Looks once for all changes that were told. One plugged-in camera makes many of them.
  void read(std::vector<Mail> mail) {
    std::vector<Change> changes;
    for (auto& letter : mail)
      std::visit(Overloaded{[&](Change& change) { changes.push_back(std::move(change)); },
                            [&](Answered& answered) {
                              act_on(inventory_.answered(answered.key, std::move(answered.answer)));
                            },
                            [&](OutOfPatience&) {
                              tell_first();
                            }},
                 letter);
    if (!changes.empty()) look(changes);
  }

  void act_on(Inventory::Step step) {
    for (auto& news : step.news)
      if (told_first_)
        tell(news);
      else
        held_back_.push_back(std::move(news));
    for (auto& question : step.questions)
      ask_apart(setup_.kernel, std::move(question), mailbox_);
  }

  void tell(const Inventory::News& news) {
    if (!mailbox_->ended()) tell_(news);
  }

  /// Tells what the first round has brought, in the order in which the nodes were found. Answers
  /// come in any order.
  void tell_first() {
    if (std::exchange(told_first_, true)) return;
    std::ranges::stable_sort(held_back_, {}, &Inventory::News::key);
    for (const auto& news : std::exchange(held_back_, {}))
      tell(news);
    first_told_.set_value();
  }

  NodeWatch::Setup setup_;
  NodeWatch::Tell tell_;
  std::shared_ptr<Mailbox> mailbox_;
  std::promise<void> first_told_;
  Inventory inventory_;
  std::vector<Inventory::News> held_back_;
  bool told_first_{};
};

}  // namespace

NodeWatch::NodeWatch(const Setup& setup, Tell tell) : mailbox_{std::make_shared<Mailbox>()} {
  std::promise<void> promise;
  const auto first_told = promise.get_future();
  thread_ = std::thread{
      [watcher = Watcher{setup, std::move(tell), mailbox_, std::move(promise)}]() mutable {
        watcher.run();
      }};
  if (first_told.wait_for(setup.patience) == std::future_status::ready) return;
  GST_DEBUG("some nodes do not answer, and are not waited for");
  mailbox_->put(OutOfPatience{});
  // An application's bus handler may hold up the thread, so this wait has an end too.
  first_told.wait_for(setup.patience);
}

NodeWatch::~NodeWatch() {
  mailbox_->end();
  if (thread_.get_id() == std::this_thread::get_id())
    thread_.detach();
  else
    thread_.join();
}

}  // namespace v4l2gst
