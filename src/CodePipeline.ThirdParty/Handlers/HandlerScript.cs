using System.Collections.Generic;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>The script that handles jobs, and how it is run.</summary>
/// <param name="Block">The script block; of a file, its content, which keeps the file's name and lines.</param>
/// <param name="IsFile">
/// Whether it is a file: those run in a scope of their own, as PowerShell's <c>&amp;</c> does.
/// </param>
/// <param name="Preferences">Preference variables that it runs with, by name.</param>
internal sealed record HandlerScript(ScriptBlock Block, bool IsFile, IReadOnlyDictionary<string, object> Preferences);
