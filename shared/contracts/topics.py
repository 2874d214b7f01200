"""The topics of the bus. All are keyed by job id, so that what concerns one job stays in order."""

from __future__ import annotations

ANALYZER_COMMANDS = "cutroom.analyzer.commands"
PLANNER_COMMANDS = "cutroom.planner.commands"
RENDERER_COMMANDS = "cutroom.renderer.commands"
LIPSYNC_COMMANDS = "cutroom.lipsync.commands"
STEP_EVENTS = "cutroom.steps.events"
JOB_EVENTS = "cutroom.jobs.events"
JOB_PROGRESS = "cutroom.jobs.progress"

DURABLE = (ANALYZER_COMMANDS, PLANNER_COMMANDS, RENDERER_COMMANDS, LIPSYNC_COMMANDS, STEP_EVENTS, JOB_EVENTS)
LOSSY = (JOB_PROGRESS,)

WHAT: dict[str, str] = {
    ANALYZER_COMMANDS: "ProbeMedia, AnalyzeMedia, GrabFrame and CancelStep, from the gateway to the analyzer.",
    PLANNER_COMMANDS: "PlanEdit, ExportTimeline, ImportTimeline, InterpretChat and CancelStep, to the planner.",
    RENDERER_COMMANDS: "RenderTimeline and CancelStep, from the gateway to the renderer.",
    LIPSYNC_COMMANDS: "SyncLips and CancelStep, from the gateway to lipsync.",
    STEP_EVENTS: "What the worker services have done, failed at or stopped.",
    JOB_EVENTS: "The public event log of every job: gapless, the same as over SSE and WebSocket.",
    JOB_PROGRESS: "StepProgress while a command runs. Lossy.",
}
