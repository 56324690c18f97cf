using System.Management.Automation;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>
/// Base of the cmdlets that take one job, piped or by id and client token, with -JobId at position 0.
/// </summary>
public abstract class JobCommand : JobCommandBase
{
    /// <summary>The id of the job.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(JobIdCompleter))]
    [JobIdTransformation]
    public override string JobId { get; set; } = string.Empty;
}
