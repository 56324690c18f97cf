namespace System.Management.Automation
{
    public class ProgressRecord(int activityId, string activity, string statusDescription)
    {
        public int ActivityId { get; } = activityId;

        public string Activity { get; } = activity;

        public string StatusDescription { get; } = statusDescription;

        public int PercentComplete { get; set; } = -1;

        public int SecondsRemaining { get; set; } = -1;

        public ProgressRecordType RecordType { get; set; }
    }

    public abstract class InformationalRecord(string message)
    {
        public string Message { get; } = message;
    }

    public class WarningRecord(string message) : InformationalRecord(message);

    public class VerboseRecord(string message) : InformationalRecord(message);

    public class DebugRecord(string message) : InformationalRecord(message);

    public class InformationRecord(object messageData, string source)
    {
        public object MessageData { get; } = messageData;

        public string Source { get; } = source;

        public Collections.Generic.List<string> Tags { get; } = new();

        public override string? ToString() => MessageData.ToString();
    }

    public class HostInformationMessage
    {
        public string? Message { get; set; }

        public override string? ToString() => Message;
    }

    public class CompletionResult(
        string completionText, string listItemText, CompletionResultType resultType, string toolTip)
    {
        public string CompletionText { get; } = completionText;

        public string ListItemText { get; } = listItemText;

        public CompletionResultType ResultType { get; } = resultType;

        public string ToolTip { get; } = toolTip;
    }

    public interface IArgumentCompleter
    {
        Collections.Generic.IEnumerable<CompletionResult> CompleteArgument(
            string commandName,
            string parameterName,
            string wordToComplete,
            Language.CommandAst commandAst,
            Collections.IDictionary fakeBoundParameters);
    }

    /// <summary>Knows <c>*</c> and <c>?</c>.</summary>
    public sealed class WildcardPattern(string pattern, WildcardOptions options)
    {
        public static bool ContainsWildcardCharacters(string pattern) =>
            pattern.AsSpan().IndexOfAny('*', '?', '[') >= 0;

        public bool IsMatch(string input) => IO.Enumeration.FileSystemName.MatchesSimpleExpression(
            pattern, input, options.HasFlag(WildcardOptions.IgnoreCase));
    }
}

namespace System.Management.Automation.Language
{
    public class CommandAst;
}

namespace System.Management.Automation.Runspaces
{
    public abstract class Runspace
    {
        [ThreadStatic]
        private static Runspace? s_default;

        public static Runspace? DefaultRunspace
        {
            get => s_default;
            set => s_default = value;
        }
    }
}
