using System.Management.Automation;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>A cmdlet about one job: from the pipeline, or by id and client token.</summary>
public abstract class JobCommand : JobCommandBase
{
    /// <summary>The id of the job.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(JobIdCompleter))]
    [JobIdTransformation]
    public override string JobId { get; set; } = string.Empty;
}
