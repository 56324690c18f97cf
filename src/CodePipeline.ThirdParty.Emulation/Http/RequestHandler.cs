using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>Handles a request and returns the response.</summary>
/// <param name="call">The request.</param>
/// <param name="requestId">The request id for the response header.</param>
/// <param name="stop">Cancelled when the emulator stops.</param>
internal delegate Task<HttpResponse> RequestHandler(HttpRequest call, string requestId, CancellationToken stop);
