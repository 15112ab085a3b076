#include "settings/tuner.h"

#include <gtest/gtest.h>

#include "rigs/core_rig.h"
#include "settings/audio_inputs.h"

namespace {

using core::Rig;
using v4l2::Tuner;

void select(Rig& rig, int input) {
  ASSERT_TRUE(rig.device->node()->call(v4l2::request::s_input, input));
}

TEST(ATuner, CountsInHertz) {
  for (const auto& [capability, unit] : {std::pair<std::uint32_t, double>{0, 62'500},
                                         {V4L2_TUNER_CAP_LOW, 62.5},
                                         {V4L2_TUNER_CAP_1HZ, 1}}) {
    auto model = fake::many_inputs();
    model.tuner.capabilities = capability;
    model.tuner.least = static_cast<std::uint32_t>(44e6 / unit);
    model.tuner.most = static_cast<std::uint32_t>(958e6 / unit);
    Rig rig{model};
    const auto& node = *rig.device->node();
    EXPECT_EQ(*Tuner::read(node, 0), std::nullopt) << "the webcam input has none";
    select(rig, 1);
    const auto tuner = **Tuner::read(node, 0);
    EXPECT_EQ(tuner.least, 44'000'000U);
    EXPECT_EQ(tuner.most, 958'000'000U);
    EXPECT_TRUE(*tuner.tune(node, 471'250'000));
    EXPECT_EQ(rig.camera->frequency(), static_cast<std::uint32_t>(471'250'000 / unit));
    EXPECT_EQ(**tuner.frequency(node), 471'250'000U);
    EXPECT_FALSE(*tuner.tune(node, 43'000'000));
    EXPECT_FALSE(*tuner.tune(node, 1'000'000'000));
    EXPECT_EQ(**tuner.frequency(node), 471'250'000U);
  }
}

TEST(ATuner, CanTakeAnotherFrequency) {
  Rig rig{fake::many_inputs()};
  const auto& node = *rig.device->node();
  select(rig, 1);
  const auto tuner = **Tuner::read(node, 0);
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_frequency>(VIDIOC_G_FREQUENCY, [](auto& answer) { answer.frequency += 16; });
  });
  EXPECT_FALSE(*tuner.tune(node, 471'250'000));
}

TEST(AudioInputs, AreThoseOfTheVideoInput) {
  Rig rig{fake::many_inputs()};
  const auto& node = *rig.device->node();
  EXPECT_TRUE(v4l2::list_audio_inputs(node, 0)->empty());
  select(rig, 1);
  const auto all = *v4l2::list_audio_inputs(node, 3);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].name, "Line-In");
  const auto line_in = *v4l2::list_audio_inputs(node, 2);
  ASSERT_EQ(line_in.size(), 1U);
  EXPECT_EQ(line_in[0].index, 1U);
  EXPECT_TRUE(*v4l2::select_audio_input(node, 1));
  EXPECT_TRUE(*v4l2::select_audio_input(node, 1));
  EXPECT_EQ(rig.camera->calls(VIDIOC_S_AUDIO), 1U);
  select(rig, 2);
  EXPECT_FALSE(*v4l2::select_audio_input(node, 0)) << "S-Video has the line-in only";
  Rig none;
  EXPECT_TRUE(v4l2::list_audio_inputs(*none.device->node(), ~0U)->empty());
  EXPECT_FALSE(*v4l2::select_audio_input(*none.device->node(), 0));
}

}  // namespace
