using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Captures the caller's preferences, location, sessions and <c>$using:</c> values for handlers.</summary>
internal static class CallerSettings
{
    private const string FileSystem = "FileSystem";

    private static readonly string[] s_preferences =
    {
        "DebugPreference", "InformationPreference", "ProgressPreference", "VerbosePreference", "WarningPreference",
        "PSNativeCommandUseErrorActionPreference",
    };

    public static RunspaceSettings Capture(PSCmdlet caller, HandlerScript script, SessionStore sessions)
    {
        // A new runspace would give the script more rights than its caller has.
        if (caller.SessionState.LanguageMode != PSLanguageMode.FullLanguage)
        {
            throw new InvalidInputException(
                "ThrottleLimit",
                $"PowerShell runs in {caller.SessionState.LanguageMode} mode, which allows no separate runspaces for "
                + "handlers.",
                "Use -ThrottleLimit 1, and start more workers to run more jobs at once.");
        }

        var preferences = new Dictionary<string, object>();
        foreach (string name in s_preferences)
        {
            if (caller.SessionState.PSVariable.GetValue(name) is object value)
            {
                preferences[name] = value;
            }
        }

        PathInfo location = caller.SessionState.Path.CurrentLocation;
        return new RunspaceSettings
        {
            Using = UsingVariables.Collect(script.Block, caller),
            Location = location.Provider.Name == FileSystem ? location.ProviderPath : null,
            Preferences = preferences,
            Sessions = sessions.All().ToList(),
        };
    }

    /// <summary>
    /// The preferences set by the worker's common parameters. They apply to handlers, which write most messages.
    /// </summary>
    public static IReadOnlyDictionary<string, object> GivenPreferences(PSCmdlet cmdlet)
    {
        var preferences = new Dictionary<string, object>();
        foreach (KeyValuePair<string, object> given in cmdlet.MyInvocation.BoundParameters)
        {
            string? name = given.Key switch
            {
                "Debug" => "DebugPreference",
                "InformationAction" => "InformationPreference",
                "ProgressAction" => "ProgressPreference",
                "Verbose" => "VerbosePreference",
                "WarningAction" => "WarningPreference",
                _ => null,
            };
            if (name is not null)
            {
                preferences[name] = given.Value is SwitchParameter flag
                    ? flag ? ActionPreference.Continue : ActionPreference.SilentlyContinue
                    : given.Value;
            }
        }

        return preferences;
    }
}
