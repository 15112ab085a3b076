// Commands wait for the holder of the session's lock, and none is lost.

#include "session/commands.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "controls/shared_wishes.h"
#include "kernel/waker.h"

namespace {

using v4l2::Waker;
using v4l2gst::Commands;

struct CommandsTest : testing::Test {
  Waker waker;
  Commands commands{waker};
};

TEST_F(CommandsTest, InterruptAWaitUntilTheyAreTaken) {
  EXPECT_EQ(commands.take(), 0U);
  commands.add(Commands::controls);
  commands.add(Commands::input);
  commands.add(Commands::controls);
  EXPECT_TRUE(waker.raised(Waker::command));
  EXPECT_EQ(commands.take(), Commands::controls | Commands::input);
  EXPECT_FALSE(waker.raised());
  EXPECT_EQ(commands.take(), 0U);
}

TEST_F(CommandsTest, LeaveAKeyFrameToTheStreamingThread) {
  commands.add(Commands::key_frame);
  EXPECT_FALSE(commands.has_wishes());
  EXPECT_EQ(commands.take_wishes(), 0U);
  commands.add(Commands::geometry);
  EXPECT_TRUE(commands.has_wishes());
  EXPECT_EQ(commands.take_wishes(), unsigned{Commands::geometry});
  EXPECT_FALSE(commands.has_wishes());
  EXPECT_TRUE(waker.raised(Waker::command));
  EXPECT_EQ(commands.take(), unsigned{Commands::key_frame});
}

TEST_F(CommandsTest, ForgetAKeyFrameOnly) {
  commands.add(Commands::key_frame);
  commands.forget_key_frame();
  EXPECT_FALSE(waker.raised());
  EXPECT_EQ(commands.take(), 0U);
  commands.add(Commands::key_frame | Commands::controls);
  commands.forget_key_frame();
  EXPECT_TRUE(waker.raised(Waker::command));
  EXPECT_EQ(commands.take(), unsigned{Commands::controls});
}

TEST_F(CommandsTest, AreDroppedOnceTheyAreDone) {
  commands.add(Commands::controls | Commands::geometry);
  commands.drop(Commands::controls);
  EXPECT_TRUE(commands.has_wishes());
  EXPECT_EQ(commands.take(), unsigned{Commands::geometry});
}

TEST_F(CommandsTest, AreNotLostBetweenThreads) {
  // Each command is added only after the one before it was taken.
  constexpr unsigned turns = 2000;
  std::atomic<unsigned> taken{};
  std::thread taker{[&] {
    while (taken < turns) {
      if (!waker.raised(Waker::command)) {
        std::this_thread::yield();
        continue;
      }
      if ((commands.take() & Commands::controls) != 0) ++taken;
    }
  }};
  for (unsigned turn = 0; turn < turns; ++turn) {
    commands.add(Commands::controls);
    while (taken == turn)
      std::this_thread::yield();
  }
  taker.join();
  EXPECT_EQ(taken, turns);
}

/// The wishes of four threads, and a session that applies them whenever a command waits.
TEST_F(CommandsTest, FourThreadsLoseNoWish) {
  constexpr std::int64_t last = 500;
  v4l2gst::SharedWishes wishes;
  std::atomic<unsigned> finished{};
  std::vector<std::thread> users;
  for (const char* const name : {"a", "b", "c", "d"})
    users.emplace_back([&, name] {
      for (std::int64_t value = 1; value <= last; ++value) {
        wishes.change([&](auto& all) { all.add("child", {name, value}); });
        commands.add(Commands::controls);
      }
      ++finished;
    });
  std::map<std::string, std::int64_t> applied;
  for (bool over = false; !over;) {
    over = finished == users.size();  // a command that was added before is taken now
    if (commands.take_wishes() == 0) continue;
    const auto now = wishes.get();
    for (const auto& one : now.all())
      applied[one.wish.name] = std::get<std::int64_t>(one.wish.value);
  }
  for (auto& user : users)
    user.join();
  EXPECT_EQ(applied, (std::map<std::string, std::int64_t>{
                         {"a", last}, {"b", last}, {"c", last}, {"d", last}}));
  EXPECT_FALSE(commands.has_wishes());
}

}  // namespace
