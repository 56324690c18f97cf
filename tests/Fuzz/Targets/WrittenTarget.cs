using System;
using System.Text.Json;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Emulation.Wire;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>
/// Values drawn from the input, written by our client and journal, and read by the emulator and the journal. The
/// emulator must accept everything that the client accepts, with the same values.
/// </summary>
internal sealed class WrittenTarget : FuzzTarget
{
    private const int CasesOfABench = 500;

    private EmulatorBench _bench = new();
    private int _runs;

    public override string Name => "written";

    public override int Longest => 4096;

    // Serializers create their tables at the first case.
    public override long Allowance(int length) => 2 << 20;

    public override byte[] Make(Draw draw) => draw.Bytes(draw.Between(4, 600));

    public override void Prepare()
    {
        if (++_runs % CasesOfABench == 0)
        {
            _bench.Dispose();
            _bench = new EmulatorBench();
        }
    }

    public override string Run(byte[] input)
    {
        Draw draw = new(input);
        Secret token = new("token-1");
        EmulatedJob job = _bench.AddJob();
        bool fails = draw.Chance(0.4);
        FailureResult failure = new((FailureType)draw.Below(6), draw.Text(5100), Maybe(draw, 1600));
        SuccessResult success = new()
        {
            Summary = Maybe(draw, 2100),
            ExternalExecutionId = Maybe(draw, 1600),
            PercentComplete = draw.Chance(0.5) ? draw.Between(-1, 101) : null,
            ContinuationToken = draw.Chance(0.3) ? draw.Text(2100) : null,
            Revision = draw.Chance(0.4)
                ? new JobRevision(
                    draw.Text(1600), draw.Text(110),
                    draw.Chance(0.5) ? DateTimeOffset.FromUnixTimeMilliseconds(draw.Below(int.MaxValue)) : null,
                    Maybe(draw, 2100))
                : null,
        };
        byte[] body;
        try
        {
            body =
                fails ? RequestBody.Failure(job.JobId, token, failure) : RequestBody.Success(job.JobId, token, success);
        }
        catch (InvalidInputException error)
        {
            return Shape(error);
        }

        try
        {
            _bench.Dispatcher.Dispatch(fails ? Operations.Failure : Operations.Success, body);
        }
        catch (ServiceException error)
        {
            throw new FuzzException($"The emulator rejects a request that the client accepts: {error.Name}");
        }

        EmulatedJob done = _bench.Jobs.Find(job.JobId)!;
        ThirdPartyJobOutcome outcome = fails ? ThirdPartyJobOutcome.From(failure) : ThirdPartyJobOutcome.From(success);
        JournalEntry entry = new(
            new JobTicket(job.JobId, job.ClientId, job.ActionType), JournalStage.Result,
            DateTimeOffset.UnixEpoch.AddSeconds(draw.Below(int.MaxValue)))
        {
            Result = outcome,
        };
        if (fails)
        {
            Hold(
                done.FailureMessage == Sent(failure.Message) && done.FailureType == failure.Type.ToString(),
                "A failure arrived with other values.");
            Hold(
                done.ExternalExecutionId == Sent(failure.ExternalExecutionId),
                "An execution ID arrived with another value.");
        }
        else
        {
            Hold(
                done.Summary == Sent(success.Summary) && done.ExternalExecutionId == Sent(success.ExternalExecutionId)
                && done.PercentComplete == success.PercentComplete
                && done.ContinuationTokenOut == Sent(success.ContinuationToken),
                "A success arrived with other values.");
            Hold(
                done.Revision == Sent(success.Revision?.Revision)
                && done.RevisionChangeIdentifier == Sent(success.Revision?.ChangeIdentifier)
                && done.RevisionSummary == Sent(success.Revision?.Summary)
                && done.RevisionCreated == success.Revision?.Created,
                "A revision arrived with other values.");
        }

        if (body.AsSpan().IndexOf("\\uFFFD"u8) < 0)
        {
            JournalTarget.CheckWritten(entry);
        }

        return (fails ? "failure" : "success") + done.Status + (success.Revision is null)
            + (success.ContinuationToken is null);
    }

    protected override void Release() => _bench.Dispose();

    private static string? Maybe(Draw draw, int most) => draw.Chance(0.4) ? null : draw.Text(most);

    // A lone surrogate cannot be encoded as UTF-8, so the writer replaces it with U+FFFD.
    private static string? Sent(string? text) =>
        text is null ? null : JsonSerializer.Deserialize<string>(JsonSerializer.SerializeToUtf8Bytes(text));
}
