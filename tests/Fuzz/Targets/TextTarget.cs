using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Worker;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>Texts of parameters, handlers and fault plans.</summary>
internal sealed class TextTarget : FuzzTarget
{
    private static readonly string[] s_texts =
    {
        "30", "0.5", "00:01:30", "1.00:00:00", "seed=1;throttle=0.1;drop-after=1@PutThirdPartyJobSuccessResult,limit=2",
        "slow=0.5,delay=200ms,skip=3", "*", "^JobId", "Configuration.Keys", "JobDetails.Nonce", "ok",
        "Deployed \ud83d\ude80 to production",
    };

    private static readonly TextLimit[] s_limits =
    {
        ServiceLimits.Summary, ServiceLimits.FailureMessage, ServiceLimits.JobId, ServiceLimits.ExternalExecutionId,
        ServiceLimits.Nonce,
    };

    private static readonly ActionTypeId s_type = new("Test", "ThirdParty", "Contoso", "1");

    private readonly DurationTransformationAttribute _duration = new();

    private readonly ConfirmThirdPartyJobCommand _command = new() { JobId = "j" };

    public override string Name => "texts";

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "seed=", "throttle=", "slow=", "delay=", "limit=", "skip=", "ms", ";", ",", "@", "e308", "-", ":", "Infinity",
        "\u0301", "\ud83d\ude00", "JobId", "^");

    public override byte[] Make(Draw draw) =>
        Encoding.UTF8.GetBytes(draw.Chance(0.6) ? draw.Pick(s_texts) : draw.Text(9000));

    public override string Run(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        if (input.Length % 7 == 0)
        {
            // Scripts that cut texts can produce lone surrogates.
            text += '\ud83d';
        }

        foreach (TextLimit limit in s_limits)
        {
            string cut = limit.Cut(text);
            Hold(
                cut.Length <= limit.Maximum && (text.Length <= limit.Maximum || cut.EndsWith('…')),
                "A truncated text exceeds its limit.");
            Hold(
                text.StartsWith(cut.TrimEnd('…'), StringComparison.Ordinal),
                "A truncated text is not the start of the text.");
        }

        CheckOutcome(text);
        return $"{Duration(text)}/{Plan(text)}/{Select(text)}";
    }

    protected override void Release() => _command.Dispose();

    private static void CheckOutcome(string text)
    {
        OutcomeSanitizer fit = new(each => each);
        foreach (ThirdPartyJobOutcome outcome in new[]
        {
            ThirdPartyJobOutcome.From(new FailureResult((FailureType)(text.Length % 9), text, text)),
            ThirdPartyJobOutcome.From(new SuccessResult
            {
                Summary = text, ExternalExecutionId = text, PercentComplete = text.Length - 5,
                ContinuationToken = text.Length % 2 == 0 ? text : null,
                Revision = new JobRevision(text, text, null, text),
            }),
        })
        {
            // Any output of a handler must become a result that can be written and sent.
            ThirdPartyJobOutcome fitted = fit.Sanitize(outcome);
            byte[] body = fitted.Failure is FailureResult failure
                ? RequestBody.Failure("j", new Secret("t"), failure)
                : RequestBody.Success("j", new Secret("t"), fitted.Success!);
            Hold(body.Length > 0, "A result is empty.");
            if (IsWellFormed(text))
            {
                JournalTarget.CheckWritten(
                    new JournalEntry(new JobTicket("j", "c", s_type), JournalStage.Result, DateTimeOffset.UnixEpoch)
                    {
                        Result = fitted,
                    });
            }
            else
            {
                _ = JournalFormat.Serialize(
                    new JournalEntry(new JobTicket("j", "c", s_type), JournalStage.Result, DateTimeOffset.UnixEpoch)
                    {
                        Result = fitted,
                    });
            }
        }
    }

    private static bool IsWellFormed(string text) => text == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private string Duration(string text)
    {
        try
        {
            return _duration.Read(text) is TimeSpan time && time >= TimeSpan.Zero
                ? "time"
                : throw new FuzzException("A duration is negative.");
        }
        catch (InvalidInputException)
        {
            return "none";
        }
    }

    private static string Plan(string text)
    {
        try
        {
            FaultPlan plan = FaultPlan.Parse(text);
            FaultPlan again = FaultPlan.Parse(plan.ToString());
            Hold(
                again.ToString() == plan.ToString() && again.Rules.Count == plan.Rules.Count,
                "A fault plan does not round-trip.");
            return "plan" + Count(plan.Rules.Count);
        }
        catch (InvalidInputException error)
        {
            return Shape(error);
        }
    }

    private string Select(string text)
    {
        try
        {
            _ = SelectExpression.Parse(
                text, isPassThru: false, _command.GetType(), typeof(AcknowledgeThirdPartyJobResponse));
            return "selected";
        }
        catch (InvalidInputException)
        {
            return "none";
        }
    }
}
